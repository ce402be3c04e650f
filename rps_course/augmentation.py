"""Augmentation: the same pictures a little rotated, shifted, sheared and zoomed, anew each epoch.

The parameters and their meaning are those of Keras' `ImageDataGenerator`, which Keras 3 keeps only
as a deprecated relic: the same affine map around the same center, read with bilinear interpolation.
On the CPU OpenCV transforms picture by picture (`warp`); for a GPU one TensorFlow op transforms a
whole batch inside `tf.data` (`transform`). `python -m benchmarks.augmentation` measures both.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

FILL_MODES = ("nearest", "reflect")


class AugmentationError(ValueError):
    """An augmentation parameter, or the data to augment, cannot be used."""


@dataclass(frozen=True)
class Augmentation:
    """How far training pictures may be transformed; by default not at all.

    Attributes:
        rotation_range: largest rotation to either side, in degrees, 0 to 180.
        width_shift_range: largest shift across, as a share of the width, 0 to below 1.
        height_shift_range: largest shift down or up, as a share of the height, 0 to below 1.
        shear_range: largest shear angle, in degrees, 0 to below 90. The recipe's 0.3 is in degrees
            too, so it is almost none.
        zoom_range: zoom factors are drawn from 1 - zoom_range to 1 + zoom_range for height and
            width separately, 0 to below 1.
        fill_mode: what fills a gap at the edge: `"nearest"` repeats the edge's pixels, `"reflect"`
            mirrors the picture.
        horizontal_flip: whether half of the pictures are mirrored.

    Raises:
        AugmentationError: a parameter is outside its range.

    Source: `ImageDataGenerator` of Keras, `apply_affine_transform`.
    """

    rotation_range: float = 0
    width_shift_range: float = 0
    height_shift_range: float = 0
    shear_range: float = 0
    zoom_range: float = 0
    fill_mode: str = "nearest"
    horizontal_flip: bool = False

    def __post_init__(self) -> None:
        for name, limit in (
            ("rotation_range", 180.1),
            ("width_shift_range", 1),
            ("height_shift_range", 1),
            ("shear_range", 90),
            ("zoom_range", 1),
        ):
            value = getattr(self, name)
            if not 0 <= value < limit:
                raise AugmentationError(
                    f"{name} must be from 0 to below {limit:g}. Received: {value!r}"
                )
        if self.fill_mode not in FILL_MODES:
            raise AugmentationError(
                f"fill_mode must be one of {', '.join(FILL_MODES)}. Received: {self.fill_mode!r}"
            )

    def draw(self, rng: np.random.Generator, height: int, width: int) -> np.ndarray:
        """Draws one transform.

        Args:
            rng: source of randomness; `batches` have one for each picture and epoch.
            height: of the picture, in pixels.
            width: of the picture, in pixels.

        Returns:
            The 8 numbers of `affine`.
        """
        theta = rng.uniform(-self.rotation_range, self.rotation_range)
        tx = rng.uniform(-self.height_shift_range, self.height_shift_range) * height
        ty = rng.uniform(-self.width_shift_range, self.width_shift_range) * width
        shear = rng.uniform(-self.shear_range, self.shear_range)
        zx, zy = rng.uniform(1 - self.zoom_range, 1 + self.zoom_range, 2)
        flip = self.horizontal_flip and bool(rng.random() < 0.5)
        return affine(
            height, width, theta=theta, tx=tx, ty=ty, shear=shear, zx=zx, zy=zy, flip=flip
        )


def affine(
    height: int,
    width: int,
    *,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    flip: bool = False,
) -> np.ndarray:
    """Returns the map from output to input pixels that `ImageDataGenerator` would use.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        theta: rotation, in degrees.
        tx: shift, in pixels.
        ty: shift along the other axis, in pixels.
        shear: shear angle, in degrees.
        zx: zoom factor; above 1 the picture gets smaller.
        zy: zoom factor along the other axis.
        flip: whether the result is mirrored from left to right.

    Returns:
        float32 `[8]`: `x' = m0 x + m1 y + m2` and `y' = m3 x + m4 y + m5`, then two zeros, where x
        counts columns and y rows.
    """
    cos, sin = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
    slope = np.deg2rad(shear)
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
    matrix = matrix @ np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1.0]])
    matrix = matrix @ np.array([[1, -np.sin(slope), 0], [0, np.cos(slope), 0], [0, 0, 1.0]])
    matrix = matrix @ np.diag([zx, zy, 1.0])
    # Keras centers the first axis by the height and the second by the width, and only then swaps
    # them: in a picture that is not square its center is off, and so is ours.
    center = np.array([[1, 0, height / 2 - 0.5], [0, 1, width / 2 - 0.5], [0, 0, 1.0]])
    matrix = center @ matrix @ np.linalg.inv(center)
    if flip:
        # Keras mirrors last, so the output's column is turned round first on the way back.
        matrix = matrix @ np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]])
    return np.append(matrix[:2].reshape(-1), [0, 0]).astype(np.float32)


def warp(
    pictures: Sequence[np.ndarray], transforms: np.ndarray, fill_mode: str = "nearest"
) -> np.ndarray:
    """Transforms pictures of one size on the CPU, on all cores.

    Args:
        pictures: n pictures, float32 `[H, W, C]`, C from 1 to 4.
        transforms: float32 `[n, 8]`, one result of `affine` a picture.
        fill_mode: one of `FILL_MODES`.

    Returns:
        float32 `[n, H, W, C]`.

    Source: `warpAffine` of OpenCV 5, which interpolates between exact coordinates; OpenCV 4 rounded
    them to a 32nd of a pixel.
    """
    warped = np.empty((len(pictures), *pictures[0].shape), np.float32)
    batch = Warped(pictures, transforms, fill_mode)
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # OpenCV works without Python's lock
        for _ in threads.map(batch.into, range(len(pictures)), warped):
            pass
    return warped


class Warped:
    """Pictures of one size that are transformed one by one, when they are asked for."""

    def __init__(
        self, pictures: Sequence[np.ndarray], transforms: np.ndarray, fill_mode: str = "nearest"
    ) -> None:
        """Takes what `warp` takes."""
        self.pictures, self.transforms, self.fill_mode = pictures, transforms, fill_mode

    def __len__(self) -> int:
        return len(self.pictures)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        warped = warp(self.pictures, self.transforms, self.fill_mode)
        return warped if dtype is None else warped.astype(dtype, copy=False)

    def into(self, i: int, out: np.ndarray) -> None:
        """Writes picture i to `out`, float32 `[H, W, C]`."""
        import cv2

        border = {"nearest": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT}[self.fill_mode]
        # float32, or OpenCV would leave `out` as it is and return an array of its own.
        picture = np.asarray(self.pictures[i], np.float32)
        height, width, _ = picture.shape
        matrix = self.transforms[i, :6].reshape(2, 3).astype(np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(picture, matrix, (width, height), out, flags, border)


def transform(pictures: Any, transforms: Any, fill_mode: str = "nearest") -> "tf.Tensor":
    """Transforms a batch of pictures in one TensorFlow op, which a GPU runs too.

    Args:
        pictures: float32 `[n, H, W, C]`.
        transforms: float32 `[n, 8]`, one result of `affine` a picture.
        fill_mode: one of `FILL_MODES`.

    Returns:
        float32 `[n, H, W, C]`.
    """
    import tensorflow as tf

    pictures = tf.convert_to_tensor(pictures, tf.float32)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures,
        transforms=tf.convert_to_tensor(transforms, tf.float32),
        output_shape=tf.shape(pictures)[1:3],
        interpolation="BILINEAR",
        fill_mode=fill_mode.upper(),
        fill_value=0.0,
    )


def batches(
    X: np.ndarray,
    y: np.ndarray,
    batch_size: int | None = None,
    augmentation: Augmentation | None = None,
    seed: int | None = None,
) -> "tf.keras.utils.PyDataset":
    """Makes batches of pictures and labels, for training or for validation.

    Args:
        X: pictures, float32 `[N, H, W, 3]` in [0, 1].
        y: their labels, integers `[N]`.
        batch_size: pictures in a batch; None for the current profile's.
        augmentation: the transforms to draw; None for pictures as they are, in order.
        seed: with a seed every run draws the same batches, on however many workers; None for a
            fresh one.

    Returns:
        Batches `(float32 [b, H, W, 3], integers [b])`, augmented and shuffled anew each epoch if
        there is an augmentation. They know their length, and have a method `dataset()` that gives
        the same batches through `tf.data`.

    Raises:
        AugmentationError: pictures and labels do not fit each other.
    """
    if np.ndim(X) != 4 or len(X) != len(y) or len(X) == 0:
        raise AugmentationError(
            "Data must be pictures [N, H, W, C] with as many labels, at least one. "
            f"Received: X of shape {np.shape(X)}, y of shape {np.shape(y)}"
        )
    batch_size = batch_size or profiles.current().batch_size
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    from rps_course.fast.batches import Pictures

    return Pictures(X, y, batch_size, augmentation, seed)


def recipe() -> Augmentation:
    """Returns the course's augmentation."""
    return Augmentation(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
    )


def make_generators(
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
    y_test: np.ndarray,
    batch_size: int | None = None,
    augmentation: Augmentation | None = None,
    seed: int | None = None,
) -> tuple["tf.keras.utils.PyDataset", "tf.keras.utils.PyDataset"]:
    """Makes the batches of training and validation pictures.

    Args:
        X_train: training pictures, float32 `[N, H, W, 3]` in [0, 1].
        y_train: their labels, integers `[N]`.
        X_test: validation pictures, float32 `[M, H, W, 3]` in [0, 1].
        y_test: their labels, integers `[M]`.
        batch_size: pictures in a batch; None for the current profile's.
        augmentation: the transforms to draw; None for the course's.
        seed: as for `batches`.

    Returns:
        `(train, validation)`: training batches shuffled and augmented anew each epoch, validation
        batches neither; see `batches`.

    Raises:
        AugmentationError: pictures and labels do not fit each other.
    """
    return (
        batches(X_train, y_train, batch_size, augmentation or recipe(), seed),
        batches(X_test, y_test, batch_size, seed=seed),
    )
