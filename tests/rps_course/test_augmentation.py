import numpy as np
import pytest
import tensorflow as tf

from rps_course import augmentation
from rps_course.augmentation import Augmentation, AugmentationError

PLAIN = tf.keras.preprocessing.image.ImageDataGenerator


def keras_and_ours(mode, size, seed):
    """The same random transform by ImageDataGenerator and by us."""
    rng = np.random.default_rng(seed)
    generator = PLAIN(
        rotation_range=40,
        width_shift_range=0.2,
        height_shift_range=0.2,
        shear_range=20,
        zoom_range=0.3,
        fill_mode=mode,
        horizontal_flip=True,
    )
    picture = rng.random((size, size, 3), dtype=np.float32)
    drawn = generator.get_random_transform(picture.shape, seed=seed)
    theirs = generator.apply_transform(picture, drawn)
    matrix = augmentation.affine(
        size,
        size,
        **{name: drawn[name] for name in ("theta", "tx", "ty", "shear", "zx", "zy")},
        flip=bool(drawn["flip_horizontal"]),
    )
    ours = augmentation.transform(picture[np.newaxis], matrix[np.newaxis], mode).numpy()[0]
    return theirs, ours


@pytest.mark.parametrize("mode", augmentation.FILL_MODES)
@pytest.mark.parametrize("size", [31, 96])
def test_the_transform_is_that_of_image_data_generator(mode, size):
    for seed in range(25):
        theirs, ours = keras_and_ours(mode, size, seed)
        assert np.abs(theirs - ours).max() < 1 / 255


def generators(n=21, batch_size=8, seed=3, **options):
    rng = np.random.default_rng(0)
    X = rng.random((n, 24, 24, 3), dtype=np.float32)
    y = np.arange(n)
    return augmentation.make_generators(X, y, X, y, batch_size=batch_size, seed=seed, **options)


def epoch(generator):
    batches = [generator[i] for i in range(len(generator))]
    generator.on_epoch_end()
    return np.concatenate([x for x, _ in batches]), np.concatenate([y for _, y in batches])


def test_an_epoch_shows_every_picture_once_the_last_batch_too():
    train, validation = generators()
    assert len(train) == len(validation) == 3
    assert [len(train[i][1]) for i in range(3)] == [8, 8, 5]
    assert sorted(epoch(train)[1]) == list(range(21))


def test_training_pictures_change_every_epoch_and_validation_pictures_never():
    train, validation = generators()
    (first, first_labels), (second, second_labels) = epoch(train), epoch(train)
    assert not np.array_equal(first_labels, second_labels)
    order, other = np.argsort(first_labels), np.argsort(second_labels)
    changes = np.abs(first[order] - second[other]).mean(axis=(1, 2, 3))
    assert changes.min() > 0.01
    pictures, labels = epoch(validation)
    assert np.array_equal(pictures, validation.X)
    assert np.array_equal(labels, validation.y)


def test_a_seed_gives_the_same_batches_in_any_order_of_access():
    one, two = generators()[0], generators()[0]
    backwards = {i: two[i] for i in (2, 1, 0)}
    for i in range(3):
        assert np.array_equal(one[i][0], backwards[i][0])
    assert not np.array_equal(one[0][0], generators(seed=4)[0][0][0])


def test_fit_runs_whole_epochs_with_all_validation_pictures():
    train, validation = generators()
    seen = {"steps": 0, "validation": 0}

    class Count(tf.keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen["steps"] += 1

        def on_test_batch_end(self, batch, logs=None):
            seen["validation"] += 1

    model = tf.keras.Sequential([tf.keras.Input((24, 24, 3)), tf.keras.layers.Flatten()])
    model.add(tf.keras.layers.Dense(21, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(train, epochs=4, validation_data=validation, verbose=0, callbacks=[Count()])
    assert len(history.history["val_loss"]) == 4
    assert seen == {"steps": 12, "validation": 12}


def test_without_ranges_pictures_stay_as_they_are():
    still = Augmentation(0, 0, 0, 0, 0)
    pictures, labels = epoch(generators(augmentation=still)[0])
    assert np.allclose(pictures[np.argsort(labels)], generators()[1].X, atol=1e-6)


def test_flipping_mirrors_half_of_the_pictures():
    flips = Augmentation(0, 0, 0, 0, 0, horizontal_flip=True)
    train, _ = generators(n=60, augmentation=flips)
    pictures, labels = epoch(train)
    mirrored = [
        np.allclose(p, train.X[i][:, ::-1], atol=1e-5)
        for p, i in zip(pictures, labels, strict=True)
    ]
    assert 15 < sum(mirrored) < 45


@pytest.mark.parametrize(
    "options",
    [
        {"rotation_range": -1},
        {"width_shift_range": 20},
        {"zoom_range": 1.5},
        {"shear_range": 90},
        {"fill_mode": "wallpaper"},
    ],
)
def test_a_parameter_out_of_range_is_named(options):
    with pytest.raises(AugmentationError, match=f"{next(iter(options))} must be .* Received"):
        Augmentation(**options)


def test_pictures_and_labels_must_fit():
    X = np.zeros((4, 8, 8, 3), np.float32)
    with pytest.raises(AugmentationError, match="training data must be pictures"):
        augmentation.make_generators(X, np.zeros(3), X, np.zeros(4), batch_size=2)
    with pytest.raises(AugmentationError, match="validation data must be pictures"):
        augmentation.make_generators(X, np.zeros(4), X[0], np.zeros(4), batch_size=2)
