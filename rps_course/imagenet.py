"""What a pretrained network knows before any of our training: its own classes.

Under the standard profile that is MobileNetV2 with its ImageNet top. A profile with a weights file
names the last layer and its classes, too: offline, those of rendered things.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

LABELS_URL = "https://storage.googleapis.com/download.tensorflow.org/data/ImageNetLabels.txt"


class Application(NamedTuple):
    """One row of the table of Keras Applications.

    Attributes:
        name: of the network.
        size_mb: of its weights, in MB.
        top1: ImageNet top-1 accuracy, 0 to 1.
        top5: ImageNet top-5 accuracy, 0 to 1.
        parameters_m: parameters, in millions.
        depth: layers one after another, those without parameters included where Keras counts them.
    """

    name: str
    size_mb: int
    top1: float
    top5: float
    parameters_m: float
    depth: int


# From https://keras.io/api/applications/.
APPLICATIONS = (
    Application("Xception", 88, 0.790, 0.945, 22.9, 81),
    Application("VGG16", 528, 0.713, 0.901, 138.4, 16),
    Application("ResNet50", 98, 0.749, 0.921, 25.6, 107),
    Application("ResNet50V2", 98, 0.760, 0.930, 25.6, 103),
    Application("InceptionV3", 92, 0.779, 0.937, 23.9, 189),
    Application("InceptionResNetV2", 215, 0.803, 0.953, 55.9, 449),
    Application("MobileNet", 16, 0.704, 0.895, 4.3, 55),
    Application("MobileNetV2", 14, 0.713, 0.901, 3.5, 105),
    Application("DenseNet121", 33, 0.750, 0.923, 8.1, 242),
    Application("NASNetMobile", 23, 0.744, 0.919, 5.3, 389),
    Application("EfficientNetB0", 29, 0.771, 0.933, 5.3, 132),
    Application("EfficientNetB7", 256, 0.843, 0.970, 66.7, 438),
)


def applications_table() -> str:
    """Returns the table of Keras Applications as text, the smallest network first."""
    lines = [
        f"{'network':<18} {'size':>7} {'top-1':>6} {'top-5':>6} {'parameters':>11} {'depth':>6}"
    ]
    lines += [
        f"{row.name:<18} {row.size_mb:>4} MB {row.top1:>6.1%} {row.top5:>6.1%} "
        f"{row.parameters_m:>9.1f} M {row.depth:>6}"
        for row in sorted(APPLICATIONS, key=lambda row: row.parameters_m)
    ]
    return "\n".join(lines)


def classifier(profile: profiles.Profile | None = None) -> "tf.keras.Model":
    """Builds the whole pretrained network, with its own classes on top.

    Args:
        profile: says which network; None for the current profile.

    Returns:
        A model from pictures `[n, H, W, 3]` to probabilities: `[n, 1000]` for ImageNet, one for
        each of `labels(profile)`. The course feeds it pixels in [0, 1] like everywhere else, while
        MobileNetV2 was trained on [-1, 1]: its guesses are a little worse for it.

    Raises:
        ProfileError: the profile names no classes of the network's own.
    """
    import tensorflow as tf

    from rps_course.machine import caches

    profile = profile or profiles.current()
    build = getattr(tf.keras.applications, profile.network)
    given = {"input_shape": profile.input_shape, "weights": profile.weights, **profile.options}
    if profile.weights == "imagenet":
        caches.make_readable()
        return build(**given)
    with np.load(_named(profile, profile.top), allow_pickle=False) as file:
        kernel, bias = file["kernel"].astype(np.float32), file["bias"].astype(np.float32)
    # One network like that of Keras, with no backbone in it that could be taken out as it is.
    features = build(include_top=False, pooling="avg", **given)
    top = tf.keras.layers.Dense(len(bias), activation="softmax", dtype="float32")
    network = tf.keras.Model(features.input, top(features.output))
    top.set_weights([kernel, bias])
    return network


def labels(profile: profiles.Profile | None = None) -> list[str]:
    """Returns the pretrained network's class names in the order of its outputs.

    For ImageNet the published list begins with 'background', which the network does not have; it is
    left out here.
    """
    import tensorflow as tf

    profile = profile or profiles.current()
    if profile.weights == "imagenet":
        path = tf.keras.utils.get_file("ImageNetLabels.txt", LABELS_URL)
        return Path(path).read_text(encoding="utf-8").split("\n")[1:1001]
    return Path(_named(profile, profile.labels)).read_text(encoding="utf-8").splitlines()


def _named(profile: profiles.Profile, path: str | None) -> str:
    if path is None:
        raise profiles.ProfileError(
            f"{profile.file}: [backbone] has no top and labels, so the classes that the network "
            "itself was trained on are not known."
        )
    return path


def top_k(probs: np.ndarray, labels: "list[str]", k: int = 5) -> list[tuple[str, float]]:
    """Returns the likeliest classes.

    Args:
        probs: probabilities `[1, n]` of one picture.
        labels: the n class names.
        k: how many classes, 1 to n.

    Returns:
        `k` pairs of label and probability, the likeliest first.

    Raises:
        ValueError: there are not as many labels as probabilities, or fewer than k.
    """
    flat = np.ravel(probs)
    if len(flat) != len(labels) or not 1 <= k <= len(flat):
        raise ValueError(
            f"top_k needs as many labels as probabilities and k between 1 and that number. "
            f"Received: {len(flat)} probabilities, {len(labels)} labels, k={k}"
        )
    return [(labels[i], float(flat[i])) for i in np.argsort(-flat)[:k]]
