"""Where the libraries keep data and weights, and reading Keras' folder where nobody may write.

TFDS reads a folder that is read-only as any other. Keras does not: `keras.utils.get_file` (3.10 to
3.15, file_utils.py) leaves a folder that it cannot write to, without a word, for `/tmp/.keras`, and
downloads into that. A laboratory with one shared folder of weights would download them again for
everybody, or fail without a network. Therefore `make_readable` gives Keras a folder of this
process's own, with links to the files of the shared one.
"""

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

_ORIGINAL = ".original"  # a link in a folder of links, to the folder that they lead to


def tfds_folder() -> Path:
    """Returns the folder where TFDS keeps its data sets."""
    root = os.environ.get("TFDS_DATA_DIR") or Path.home() / "tensorflow_datasets"
    return Path(root).expanduser()


def data_folder(dataset: str) -> Path:
    """Returns the folder where TFDS keeps a data set."""
    return tfds_folder() / dataset


def keras_folder() -> Path:
    """Returns the folder where Keras' files are kept, whether or not it can be written."""
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()
    original = folder / _ORIGINAL
    # os.path: a folder that may not be entered has no such link.
    return original.readlink() if os.path.islink(original) else folder  # noqa: PTH114


def make_readable() -> None:
    """Lets Keras read its folder where that is read-only; does nothing elsewhere.

    It has to happen before Keras is asked for a file, and works whether or not Keras is imported.
    `KERAS_HOME` then names the folder of links, for child processes too, until this process ends.
    """
    folder = keras_folder()
    linked = os.path.islink(_current() / _ORIGINAL)  # noqa: PTH114 (as above)
    if linked or _is_used_by_keras(folder):
        return
    try:
        kept = [(path, path.is_dir()) for path in folder.iterdir()]
    except OSError:  # not there, or not for us to read
        return
    links = Path(tempfile.mkdtemp(prefix="rps-keras-"))
    atexit.register(_remove, links, os.getpid())
    for path, is_folder in kept:
        if is_folder:
            (links / path.name).mkdir()
            with contextlib.suppress(PermissionError):
                for inner in path.iterdir():
                    (links / path.name / inner.name).symlink_to(inner.absolute())
        else:
            (links / path.name).symlink_to(path.absolute())
    (links / _ORIGINAL).symlink_to(folder.absolute())
    os.environ["KERAS_HOME"] = str(links)
    if "keras" in sys.modules:  # it has read the variable already, and has no public way to tell it
        from keras.src.backend import config

        config._KERAS_DIR = str(links)


def _current() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


def _is_used_by_keras(folder: Path) -> bool:
    """Whether Keras would take this folder: both of its own rules, for `KERAS_HOME` and without."""
    named = os.environ.get("KERAS_HOME")
    if named == "" or (named is None and not os.access(Path.home(), os.W_OK)):
        return False
    return os.access(folder, os.W_OK)


def _remove(links: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves it to its parent
        shutil.rmtree(links, ignore_errors=True)
