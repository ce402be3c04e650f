"""A profile of an instructor's own: five kinds of rendered things, a small MobileNet, other epochs.

Its data set is written as TFDS writes one, its weights are random: what is tested is that
everything follows the profile, and not what the network learns.
"""

import re

import numpy as np

from tools.offline_backbone.things import THINGS, render_thing

NAME = "things"
CLASSES = THINGS[:5]
SIZES = {"train": 40, "test": 20}
PROFILE = f"""
[data]
source = "tfds"
name = "rendered_things"
classes = {list(CLASSES)}

[backbone]
network = "MobileNet"
options = {{ alpha = 0.25 }}
weights = "things.weights.h5"
top = "top.npz"
labels = "labels.txt"
image_size = 64
fine_tune_at = 73

[training]
batch_size = 10
epochs_head = 3
epochs_fine = 2
learning_rate_head = 0.001
learning_rate_fine = 0.00001

[grading]
batch_size = 5
epochs_head = 1
epochs_fine = 1
subset = [10, 5]

[accuracy]
none_at = 0.01
full_at = 0.04

[selftest]
epochs = [2, 1]
views = 1
"""


def write(profiles, data):
    """Writes the profile with its weights into one folder, and its data set into another."""
    import tensorflow as tf

    profiles.mkdir(parents=True)
    (profiles / f"{NAME}.toml").write_text(PROFILE)
    tf.keras.utils.set_random_seed(0)
    network = tf.keras.applications.MobileNet(
        (64, 64, 3), alpha=0.25, include_top=False, pooling="avg", weights=None
    )
    _let_features_through(network)
    network.save_weights(profiles / "things.weights.h5")
    kernel = np.random.default_rng(0).normal(0, 0.1, (network.output_shape[1], 7))
    np.savez(profiles / "top.npz", kernel=kernel, bias=np.zeros(7))
    (profiles / "labels.txt").write_text("\n".join(f"thing {i}" for i in range(7)))
    write_data(data)


def _let_features_through(network):
    """Gives batch norms the statistics of noise: with those of Keras, 0 and 1, features vanish."""
    import tensorflow as tf

    norms = [x for x in network.layers if isinstance(x, tf.keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0
    network(np.random.default_rng(0).random((50, 64, 64, 3)).astype(np.float32), training=True)
    for norm in norms:
        norm.momentum = 0.999


def write_data(folder, classes=CLASSES):
    """Writes the data set, whose pictures are of several sizes, as many of each class."""
    import tensorflow_datasets as tfds

    features = tfds.features.FeaturesDict(
        {"image": tfds.features.Image(), "label": tfds.features.ClassLabel(names=list(classes))}
    )
    tfds.dataset_builders.store_as_tfds_dataset(
        name="rendered_things",
        version="1.0.0",
        data_dir=folder,
        split_datasets={name: pictures(name) for name in SIZES},
        features=features,
    )


def pictures(split):
    """Draws a split as a `tf.data.Dataset`."""
    import tensorflow as tf

    def samples():
        for i in range(SIZES[split]):
            rng = np.random.default_rng([len(split), i])
            picture = render_thing(CLASSES[i % len(CLASSES)], rng, 64 + 8 * (i % 3))
            yield {"image": picture, "label": i % len(CLASSES)}

    spec = {
        "image": tf.TensorSpec((None, None, 3), tf.uint8),
        "label": tf.TensorSpec((), tf.int64),
    }
    return tf.data.Dataset.from_generator(samples, output_signature=spec)


def edit_solutions(folder):
    """Changes what names the course's own network, as an instructor would."""
    path = folder / "ps2/ps2.ipynb"
    text, n = re.subn(r"applications\.MobileNetV2\(", "applications.MobileNet(", path.read_text())
    assert n == 1
    path.write_text(text)
