"""Which known mistake makes a wrong picture out of a right one, for a message that names it."""

from collections.abc import Callable, Iterator

import numpy as np

_ALIKE = 0.06  # how far pixels may be off on average, of 1: libraries resize differently
_PROPORTIONAL = 0.999  # correlation from which on only the brightness differs
_PARTS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.875, 0.9)  # of each side that a crop leaves


def mistake(
    picture: np.ndarray, size: int, at: np.ndarray, right: np.ndarray, values: np.ndarray
) -> str:
    """Returns which mistake makes these values of a picture.

    Args:
        picture: what was to be resized, uint8 `[h, w, 3]`.
        size: side of the square that it was to be resized to.
        at: flat indices into the resized picture, `[n]`.
        right: what should stand there, 0 to 1, by each method of resizing: `[methods, n]`.
        values: what stands there, `[n]`.

    Returns:
        The key of a message, such as `"channels"`; `"values"` for none of those that are known.
    """
    distances = {"values": _distance(right, values)}
    for kind, distort in _KINDS.items():
        made = (_resized(wrong, size, at) for wrong in distort(picture, size))
        distances[kind] = min(_distance(each, values) for each in made)
    best = min(distances, key=lambda kind: distances[kind])
    if best != "values" and distances[best] < _ALIKE:
        return best
    with np.errstate(invalid="ignore"):  # values that are all the same correlate with nothing
        proportional = max(np.corrcoef(each, values)[0, 1] for each in right) > _PROPORTIONAL
    return "brightness" if proportional else "values"


def _distance(possible: np.ndarray, values: np.ndarray) -> float:
    return float(np.abs(possible - values).mean(axis=1).min())


def _resized(picture: np.ndarray, size: int, at: np.ndarray) -> np.ndarray:
    """Resizes a picture in two ways, and returns its pixels at these places: `[2, n]`, 0 to 1."""
    from PIL import Image

    methods = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR)
    image = Image.fromarray(np.ascontiguousarray(picture))
    resized = (np.asarray(image.resize((size, size), method)) for method in methods)
    return np.stack([pixels.reshape(-1)[at] / 255 for pixels in resized])


def _cropped(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    height, width = picture.shape[:2]
    side = min(height, width)
    yield _middle(picture, side, side)
    yield _middle(picture, min(size, height), min(size, width))
    for part in _PARTS:
        yield _middle(picture, round(part * height), round(part * width))


def _middle(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return picture[top : top + height, left : left + width]


def _padded(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    height, width = picture.shape[:2]
    square = np.zeros((max(height, width), max(height, width), 3), picture.dtype)
    top, left = (len(square) - height) // 2, (len(square) - width) // 2
    square[top : top + height, left : left + width] = picture
    yield square


def _gray(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for weights in ((0.299, 0.587, 0.114), (1 / 3, 1 / 3, 1 / 3)):
        yield np.repeat((picture @ np.array(weights))[..., None], 3, axis=2).astype(picture.dtype)


def _turned(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield np.swapaxes(picture, 0, 1)
    for quarters in (1, 2, 3):
        yield np.rot90(picture, quarters)


def _mirrored(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield picture[:, ::-1]
    yield picture[::-1]


def _channels(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield picture[..., ::-1]


_KINDS: dict[str, Callable[[np.ndarray, int], Iterator[np.ndarray]]] = {
    "channels": _channels,
    "gray": _gray,
    "turned": _turned,
    "mirrored": _mirrored,
    "cropped": _cropped,
    "padded": _padded,
}
