"""From samples and picture files to what the network takes: float32 pictures in [0, 1]."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import profile as profiles

if TYPE_CHECKING:
    from ipywidgets import FileUpload

MAX_PIXELS = 100_000_000


class PictureError(ValueError):
    """A file is no picture that can be used."""


def _input_size(size: int | None) -> int:
    size = profiles.current().image_size if size is None else size
    if not isinstance(size, int | np.integer) or size < 1:
        raise PictureError(f"size must be a number of pixels from 1. Received: {size!r}")
    return int(size)


def preprocess_image(sample: dict[str, Any], size: int | None = None) -> dict[str, Any]:
    """Casts, scales and resizes the picture of a sample; works inside `Dataset.map` too.

    Args:
        sample: `{"image": uint8 [h, w, 3], "label": integer}`, as TFDS gives it.
        size: side of the result, in pixels; None for the current profile's.

    Returns:
        `{"image": float32 [size, size, 3] in [0, 1], "label": the same}`.
    """
    import tensorflow as tf

    side = _input_size(size)
    image = tf.cast(sample["image"], tf.float32) / 255.0
    return {"image": tf.image.resize(image, (side, side)), "label": sample["label"]}


def load_custom_sample(path: str | Path, size: int | None = None) -> np.ndarray:
    """Reads a picture of your own as a batch of one.

    Args:
        path: a picture file of any kind that Pillow reads.
        size: side of the result, in pixels; None for the current profile's.

    Returns:
        float32 `[1, size, size, 3]` in [0, 1], resized as a whole with bicubic interpolation.

    Raises:
        PictureError: the file is missing, is no picture, or is damaged or far too large.
    """
    from PIL import Image, UnidentifiedImageError

    side = _input_size(size)
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise PictureError(f"{path} {what}. Give the path of a picture file (JPEG, PNG, ...).")
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureError(
                    f"{path} has {picture.width} x {picture.height} pixels, more than "
                    f"{MAX_PIXELS:,}. Scale it down first."
                )
            resized = picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PictureError(
            f"{path} is not a picture that can be read. Give a picture file (JPEG, PNG, ...)."
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"{path} is damaged and cannot be read: {error}.") from error
    return np.asarray(resized, dtype=np.float32)[np.newaxis] / 255.0


def upload_picture(folder: str | Path = ".") -> "Path | FileUpload | None":
    """Lets you upload a picture: a button in Colab and Jupyter.

    Args:
        folder: where the picture is written.

    Returns:
        In Colab the written file's path. In Jupyter the button; it writes the file when you have
        chosen one, and says where. Elsewhere None, after saying to use a path.
    """
    folder = Path(folder)
    try:
        from google.colab import files
    except ImportError:
        pass
    else:
        uploaded = files.upload()
        if not uploaded:
            return None
        name, content = next(iter(uploaded.items()))
        return _write_upload(folder, name, content)
    if not _in_notebook():
        print("Uploading works in Jupyter and Colab. Here, give load_custom_sample a file's path.")
        return None
    from ipywidgets import FileUpload

    button = FileUpload(accept="image/*", multiple=False, description="Your picture")

    def write(_: Any) -> None:
        for entry in button.value:
            path = _write_upload(folder, entry["name"], bytes(entry["content"]))
            print(f"Saved as {path}")

    button.observe(write, names="value")
    return button


def _write_upload(folder: Path, name: str, content: bytes) -> Path:
    # Only the last part of the name: a browser's file name must not choose another folder.
    path = folder / (Path(name.replace("\\", "/")).name or "picture")
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    temporary.replace(path)
    return path


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None and hasattr(get_ipython(), "kernel")
