import numpy as np
import pytest
import tensorflow as tf

from rps_course import augmentation
from rps_course.augmentation import Augmentation, AugmentationError

PLAIN = tf.keras.preprocessing.image.ImageDataGenerator


def by_op(pictures, matrices, mode):
    return augmentation.transform(pictures, matrices, mode).numpy()


def keras_and_ours(function, mode, height, width, seed):
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
    picture = rng.random((height, width, 3), dtype=np.float32)
    drawn = generator.get_random_transform(picture.shape, seed=seed)
    theirs = generator.apply_transform(picture, drawn)
    matrix = augmentation.affine(
        height,
        width,
        **{name: drawn[name] for name in ("theta", "tx", "ty", "shear", "zx", "zy")},
        flip=bool(drawn["flip_horizontal"]),
    )
    return theirs, function(picture[np.newaxis], matrix[np.newaxis], mode)[0]


# Noise is the hardest case: every pixel differs from its neighbours.
@pytest.mark.parametrize("function", [augmentation.warp, by_op], ids=["warp", "transform"])
@pytest.mark.parametrize("mode", augmentation.FILL_MODES)
@pytest.mark.parametrize("size", [(31, 31), (96, 96), (224, 224), (60, 91), (91, 60)])
def test_the_transform_is_that_of_image_data_generator(function, mode, size):
    for seed in range(25):
        theirs, ours = keras_and_ours(function, mode, *size, seed)
        assert ours.dtype == np.float32
        assert np.abs(theirs - ours).max() < 0.05 / 255


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_keep_their_order(channels):
    pictures = np.random.default_rng(0).random((2, 20, 30, channels), np.float32)
    rng = np.random.default_rng(1)
    matrices = np.stack([augmentation.recipe().draw(rng, 20, 30) for _ in pictures])
    together = augmentation.warp(pictures, matrices)
    for channel in range(channels):
        alone = augmentation.warp(pictures[..., channel, np.newaxis], matrices)
        assert np.allclose(together[..., channel], alone[..., 0], atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.uint8])
def test_pictures_of_another_dtype_are_warped_as_float32(dtype):
    pictures = np.random.default_rng(0).integers(0, 255, (2, 20, 30, 3)).astype(dtype)
    rng = np.random.default_rng(1)
    matrices = np.stack([augmentation.recipe().draw(rng, 20, 30) for _ in pictures])
    expected = augmentation.warp(pictures.astype(np.float32), matrices)
    assert np.array_equal(augmentation.warp(pictures, matrices), expected)


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


def test_a_picture_is_augmented_alike_in_batches_of_any_size():
    (small, labels), (large, others) = (epoch(generators(batch_size=b)[0]) for b in (4, 21))
    assert np.array_equal(labels, others)
    assert np.array_equal(small, large)


@pytest.mark.parametrize("workers", [1, 4])
def test_fit_sees_the_same_batches_whatever_the_number_of_workers(workers):
    train, _ = generators()
    train.workers = workers
    seen = []

    class Spy(tf.keras.Model):
        def train_step(self, data):
            X, y = data
            tf.py_function(lambda X, y: seen.append((X.numpy(), y.numpy())), [X, y], [])
            return {"loss": tf.constant(0.0)}

    model = Spy()
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(train, epochs=3, verbose=0)
    again = generators()[0]
    again.on_epoch_end()  # Keras 3 ends an epoch before the first one begins
    for number in range(3):
        expected = {tuple(y): X for X, y in (again[i] for i in range(3))}
        again.on_epoch_end()
        # `fit` shuffles the order of the batches as well, by Python's own random numbers.
        steps = {tuple(y): X for X, y in seen[3 * number : 3 * number + 3]}
        assert steps.keys() == expected.keys()
        assert all(np.array_equal(steps[labels], expected[labels]) for labels in expected)


def test_the_dataset_has_the_same_batches_epoch_by_epoch():
    (train, validation), (other, other_validation) = generators(), generators()
    dataset = other.dataset()
    assert len(dataset) == len(train)
    for _ in range(3):
        X, y = epoch(train)
        batches = list(dataset)
        assert [len(labels) for _, labels in batches] == [8, 8, 5]
        assert np.abs(np.concatenate([pictures for pictures, _ in batches]) - X).max() < 0.05 / 255
        assert np.array_equal(np.concatenate([labels for _, labels in batches]), y)
    for (X, y), (expected, labels) in zip(other_validation.dataset(), validation, strict=False):
        assert np.array_equal(X, expected)
        assert np.array_equal(y, labels)


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
    X, said = np.zeros((4, 8, 8, 3), np.float32), "Data must be pictures"
    for other, n in ((X, 3), (X[0], 8), (X[:0], 0)):
        with pytest.raises(AugmentationError, match=said):
            augmentation.batches(other, np.zeros(n), batch_size=2)
    with pytest.raises(AugmentationError, match=said):
        augmentation.make_generators(X, np.zeros(4), X[0], np.zeros(4), batch_size=2)


def test_batches_without_an_augmentation_are_the_pictures_in_order():
    X, y = np.random.default_rng(0).random((5, 8, 8, 3), np.float32), np.arange(5)
    plain = list(augmentation.batches(X, y, batch_size=2))
    assert np.array_equal(np.concatenate([x for x, _ in plain]), X)
    assert np.array_equal(np.concatenate([labels for _, labels in plain]), y)
    still, labels = next(iter(augmentation.batches(X, y, 5, augmentation.Augmentation(), seed=0)))
    assert not np.array_equal(labels, y)  # shuffled
    assert np.abs(still - X[labels]).max() < 1e-6
