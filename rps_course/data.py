"""The data: a data set of TFDS, or hands drawn by this package, as the same elements.

The Rock-Paper-Scissors data set, by Laurence Moroney, consists of computer-generated pictures of
hands. Downloading it is `rps_course.machine`'s work; turning pictures into what the network takes
is `rps_course.preprocessing`'s.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import profile as profiles
from rps_course.machine.progress import progress_bar

if TYPE_CHECKING:
    import tensorflow as tf


class DataError(RuntimeError):
    """The dataset is not there or cannot be read."""


@dataclass(frozen=True)
class Info:
    """What a dataset says of itself, with the names that TFDS' own info has.

    Attributes:
        name: the dataset's name.
        description: where the pictures come from.
        features: `features["label"].names` are the class names.
        splits: `splits["train"].num_examples` and the same for `"test"`.
    """

    name: str
    description: str
    features: dict[str, Any] = field(repr=False)
    splits: dict[str, Any]


def load(
    profile: profiles.Profile | None = None,
) -> tuple["tf.data.Dataset", "tf.data.Dataset", Any]:
    """Loads the training and test set.

    Args:
        profile: says which pictures, and how many; None for the current profile.

    Returns:
        `(train, test, info)`: datasets of `{"image": uint8 [h, w, 3], "label": int64}` and what is
        known of them; `info.features["label"].names` and `info.splits["train"].num_examples`
        work whatever the profile.

    Raises:
        DataError: the TFDS data set is not on this machine and cannot be downloaded.
    """
    profile = profile or profiles.current()
    if profile.data == "rendered":
        return _load_rendered(profile)
    train, test, info = _load_tfds(profile)
    if profile.subset is None:
        return train, test, info
    n_classes = len(profile.classes)
    few = [_balanced(ds, n, n_classes) for ds, n in zip((train, test), profile.subset, strict=True)]
    sizes = [int(ds.cardinality()) for ds in few]
    splits = {
        split: SimpleNamespace(num_examples=n)
        for split, n in zip(("train", "test"), sizes, strict=True)
    }
    return *few, Info(info.name, info.description, info.features, splits)


def _load_tfds(profile: profiles.Profile) -> tuple[Any, Any, Any]:
    from rps_course.machine import caches, dataset, fetch

    name, folder = profile.dataset, caches.data_folder(profile.dataset)
    if not dataset.is_prepared(name):
        if name != fetch.standard().dataset:
            raise DataError(
                f"The dataset {name!r} of the profile {profile.base!r} is not in {folder}. Set "
                "TFDS_DATA_DIR to the folder that has it."
            )
        if profile.is_grading or not fetch.can_download():
            raise DataError(
                f"The dataset {name!r} is not in {folder}. Run `rps-course fetch` where there is a "
                "network, or choose the offline profile: RPS_PROFILE=offline."
            )
        try:
            fetch.fetch_data()
        except fetch.FetchError as error:
            raise DataError(str(error)) from error
    import tensorflow_datasets as tfds

    try:
        dataset.check(profile)  # a file cut short shows only when its end is read, in training
        (train, test), info = tfds.load(
            name,
            split=["train", "test"],
            # The folder that was looked at, even if TFDS was imported under another TFDS_DATA_DIR.
            data_dir=caches.tfds_folder(),
            download=False,
            with_info=True,
            shuffle_files=False,
        )
    except Exception as error:  # TFDS raises many kinds
        raise DataError(
            f"TFDS cannot load {name!r} from {folder}: {error}. "
            "Run `rps-course fetch` to have it checked and repaired."
        ) from error
    return train, test, info


def _balanced(dataset: "tf.data.Dataset", n: int, n_classes: int) -> "tf.data.Dataset":
    """Returns the first pictures of each class, `n` in all, in the dataset's order."""
    import tensorflow as tf

    # As many of each class: a handful in the dataset's own order may lack one.
    left = {label: n // n_classes + (label < n % n_classes) for label in range(n_classes)}
    kept = []
    for sample in dataset.as_numpy_iterator():
        if left[int(sample["label"])] > 0:
            left[int(sample["label"])] -= 1
            kept.append({"image": sample["image"], "label": sample["label"]})
        if not any(left.values()):
            break
    # Not from_tensor_slices: pictures may be of many sizes.
    spec = {name: dataset.element_spec[name] for name in ("image", "label")}
    few = tf.data.Dataset.from_generator(lambda: iter(kept), output_signature=spec)
    return few.apply(tf.data.experimental.assert_cardinality(len(kept)))


def _load_rendered(profile: profiles.Profile) -> tuple[Any, Any, Any]:
    import tensorflow as tf

    from rps_course.offline import hands

    datasets, numbers = [], {}
    for split, n in zip(("train", "test"), profile.subset or (None, None), strict=True):
        images, labels = hands.pictures(split, n)
        datasets.append(tf.data.Dataset.from_tensor_slices({"image": images, "label": labels}))
        numbers[split] = len(images)
    info = Info(
        name=profile.dataset,
        description="Hands that rps_course.offline draws.",
        features={
            "image": SimpleNamespace(shape=(300, 300, 3), dtype=np.dtype("uint8")),
            "label": SimpleNamespace(
                names=list(profile.classes), num_classes=len(profile.classes), shape=()
            ),
        },
        splits={name: SimpleNamespace(num_examples=n) for name, n in numbers.items()},
    )
    return (*datasets, info)


def to_numpy(ds: "tf.data.Dataset") -> tuple[np.ndarray, np.ndarray]:
    """Collects a preprocessed dataset into arrays, with a progress bar.

    Args:
        ds: dataset of `{"image": float32 [H, W, 3], "label": integer}`, not batched.

    Returns:
        `(X, y)`: float32 `[N, H, W, 3]` and int64 `[N]`, in the dataset's order.

    Raises:
        DataError: the dataset never ends, or its pictures have no fixed size.
    """
    import tensorflow as tf

    # Pictures of 224 x 224 come to 1.5 GB for the training set: write them where they will stay.
    shape = ds.element_spec["image"].shape
    if not shape.is_fully_defined():
        raise DataError(
            f"Pictures of one size are needed: preprocess them first. Received: {shape}"
        )
    n = int(ds.cardinality())
    if n == tf.data.INFINITE_CARDINALITY:
        raise DataError("This dataset repeats forever: call to_numpy on it without repeat().")
    n = n if n >= 0 else sum(1 for _ in ds)
    X = np.empty((n, *shape), np.float32)
    y = np.empty(n, np.int64)
    samples = ds.prefetch(tf.data.AUTOTUNE).as_numpy_iterator()
    for i, sample in enumerate(
        progress_bar(
            samples, total=n, desc="to NumPy", unit="picture", leave=False, disable=n < 500
        )
    ):
        X[i], y[i] = sample["image"], sample["label"]
    return X, y


def split_validation(
    X: np.ndarray, y: np.ndarray, share: float, seed: int
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Splits pictures into those to train on and those to choose by, class by class.

    Args:
        X: pictures `[N, H, W, 3]`.
        y: their classes `[N]`.
        share: the part of every class that is for validation, above 0 and below 1.
        seed: a whole number from 0: the same one gives the same split.

    Returns:
        `(X_train, y_train), (X_val, y_val)`: every picture with its label in one of the two, each
        set in the order in which it was given.

    Raises:
        ValueError: the share is not between 0 and 1, or a class has too few pictures for it.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be above 0 and below 1. Received: {share!r}")
    rng, chosen = np.random.default_rng(seed), np.zeros(len(y), bool)
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        n = round(share * len(members))
        if not 0 < n < len(members):
            raise ValueError(
                f"Class {label} has {len(members)} picture(s): a share of {share:g} leaves one of "
                "the sets without any of it."
            )
        chosen[rng.choice(members, n, replace=False)] = True
    return (X[~chosen], y[~chosen]), (X[chosen], y[chosen])


def arrays(
    profile: profiles.Profile | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Loads, preprocesses and collects the whole dataset.

    Returns:
        `(X_train, y_train, X_test, y_test)`: pictures float32 `[N, H, W, 3]` in [0, 1], labels
        int64 `[N]`.

    Raises:
        DataError: see `load`.
    """
    import tensorflow as tf

    from rps_course import preprocessing

    profile = profile or profiles.current()
    train, test, _ = load(profile)
    collected = []
    for ds in (train, test):
        small = ds.map(
            lambda sample: preprocessing.preprocess_image(sample, profile.image_size),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        collected += to_numpy(small)
    return tuple(collected)
