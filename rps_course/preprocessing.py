"""From samples and picture files to what the network takes: float32 pictures in [0, 1]."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from autograder.core import writing
from rps_course import profile as profiles

if TYPE_CHECKING:
    from ipywidgets import VBox
    from PIL.Image import Image

MAX_SIDE, PREVIEW = 1024, 300  # pixels of an uploaded picture that is kept, and shown
MAX_PIXELS = 80_000_000  # 240 MB once decoded; Pillow itself warns a little above
_LEFT = ("Thumbs.db", "desktop.ini")
Size = int | tuple[int, int]


class PictureError(ValueError):
    """A file is no picture that can be used."""


def _input_size(size: Size | None) -> tuple[int, int]:
    """Returns (height, width) in pixels."""
    size = profiles.current().image_size if size is None else size
    sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(sides) != 2 or not all(_is_side(side) for side in sides):
        raise PictureError(
            f"size must be a number of pixels from 1, or (height, width). Received: {size!r}"
        )
    return int(sides[0]), int(sides[1])


def _is_side(side: Any) -> bool:
    return isinstance(side, int | np.integer) and not isinstance(side, bool) and side >= 1


def preprocess_image(sample: dict[str, Any], size: Size | None = None) -> dict[str, Any]:
    """Casts, scales and resizes the picture of a sample; works inside `Dataset.map` too.

    Args:
        sample: `{"image": uint8 [h, w, 3], "label": integer}`, as TFDS gives it.
        size: side of the result in pixels, or (height, width); None for the current profile's.

    Returns:
        `{"image": float32 [size, size, 3] in [0, 1], "label": the same}`, resized with bilinear
        interpolation.
    """
    import tensorflow as tf

    height_width = _input_size(size)
    image = tf.cast(sample["image"], tf.float32) / 255.0
    return {"image": tf.image.resize(image, height_width), "label": sample["label"]}


def load_custom_sample(path: str | Path, size: Size | None = None) -> np.ndarray:
    """Reads a picture of your own as a batch of one.

    Args:
        path: a picture file of any kind that Pillow reads.
        size: side of the result in pixels, or (height, width); None for the current profile's.

    Returns:
        float32 `[1, size, size, 3]` in [0, 1], upright as the camera says (EXIF), resized as a
        whole with bicubic interpolation; transparency is dropped.

    Raises:
        PictureError: the file is missing, is no picture, or is damaged or far too large.
    """
    from PIL import Image

    height, width = _input_size(size)
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise PictureError(f"{path} {what}. Give the path of a picture file (JPEG, PNG, ...).")
    resized = _read(path, path).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized, dtype=np.float32)[np.newaxis] / 255.0


def _read(name: str | Path, file: "Path | BinaryIO") -> "Image":
    """Returns the picture in a file as RGB, upright as the camera says (EXIF).

    Args:
        name: what messages call it.
        file: a path, or the content.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of what is refused below, and of transparency, which is dropped.
            warnings.simplefilter("ignore")
            with Image.open(file) as picture:
                _refuse_unusual(name, picture.size, picture.mode)
                return ImageOps.exif_transpose(picture).convert("RGB")
    except PictureError:
        raise
    except PermissionError as error:
        raise PictureError(f"{name} may not be read: {error.strerror}.") from error
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PictureError(
            f"{name} is not a picture that can be read. Give a picture file (JPEG, PNG, ...); "
            "save a HEIC photo as JPEG first."
        ) from error
    except Exception as error:  # a damaged file makes Pillow's readers raise many kinds
        raise PictureError(f"{name} is damaged and cannot be read: {error}.") from error


def load_folder(
    folder: str | Path, classes: Sequence[str], size: Size | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Reads pictures of your own, from a folder for each class.

    Args:
        folder: holds the folders, named as the classes; one may be missing or empty.
        classes: the names of the classes in label order.
        size: see `load_custom_sample`.

    Returns:
        `(X, y)`: float32 `[N, size, size, 3]` in [0, 1], upright, and int64 `[N]`.

    Raises:
        PictureError: there is no picture in any of the folders, or a file is none.
    """
    folder = Path(folder)
    found = [(path, y) for y, name in enumerate(classes) for path in pictures_in(folder / name)]
    if not found:
        raise PictureError(
            f"{folder} has no pictures. Put them into a folder for each class: "
            f"{', '.join(str(folder / name) for name in classes)}."
        )
    X = np.concatenate([load_custom_sample(path, size) for path, _ in found])
    return X, np.array([label for _, label in found])


def pictures_in(folder: Path) -> list[Path]:
    """Returns what is in a folder by name, but for what systems leave there; maybe nothing."""
    return [
        path
        for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if not path.name.startswith(".") and path.name not in _LEFT
    ]


def _refuse_unusual(name: str | Path, size: tuple[int, int], mode: str) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise PictureError(
            f"{name} has {size[0]} x {size[1]} pixels, more than {MAX_PIXELS:,}. "
            "Scale it down first."
        )
    if mode.startswith(("I", "F")):
        # Pillow would turn all but the darkest of them white.
        raise PictureError(
            f"{name} has more than 8 bits a pixel and color (Pillow's mode {mode!r}). "
            "Save it as an ordinary JPEG or PNG first."
        )


def upload_picture(path: str | Path = "my_hand.jpg") -> "VBox | None":
    """Lets you upload a picture in Colab and Jupyter, keeps it as a file, and shows it.

    Args:
        path: where the picture is kept: upright, at most 1,024 pixels wide and high, and without
            what the camera noted about place and time.

    Returns:
        In Jupyter the button, which shows the picture when you have chosen one. Elsewhere None: in
        Colab the picture is there, and outside of a notebook you are told to use a path.
    """
    path = Path(path)
    try:
        from google.colab import files
    except ImportError:
        pass
    else:
        for name, content in files.upload().items():
            _keep(path, name, content)
        return None
    if not _in_notebook():
        print("Uploading works in Jupyter and Colab. Here, give load_custom_sample a file's path.")
        return None
    from ipywidgets import FileUpload, Output, VBox

    button = FileUpload(accept="image/*", multiple=False, description="Your picture")
    shown = Output()

    def keep(_: Any) -> None:
        shown.clear_output()
        with shown:
            for entry in button.value:
                _keep(path, entry["name"], bytes(entry["content"]))

    button.observe(keep, names="value")
    return VBox([button, shown])


def _keep(path: Path, name: str, content: bytes) -> None:
    from IPython.display import display

    try:
        picture = _read(name, io.BytesIO(content))
    except PictureError as error:
        print(error)
        return
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    with writing.whole(path) as part:
        picture.save(part, quality=95)
    print(f"Saved as {path}, {picture.width} x {picture.height} pixels:")
    picture.thumbnail((PREVIEW, PREVIEW))
    display(picture)


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None and hasattr(get_ipython(), "kernel")
