"""The home folder in a sandbox: data and weights where TFDS and Keras look for them by default.

Students' own lines (`tfds.load`, `tf.keras.utils.get_file`, `weights="imagenet"`) find there what a
student's machine has after its first run. Keras wants to be able to write to its folder, so it gets
copies of its files, anew for each sandbox: what a submission changes there, or locks, is its own.
The dataset is read-only.
"""

import contextlib
import os
import shutil
from pathlib import Path

from rps_course import fetch, synthetic

FOLDER = "/tmp/home"
_KERAS, _TFDS = ".keras", "tensorflow_datasets"
_ROOM = 64 << 20  # bytes that a submission may add to Keras' folder


def environment(home: str) -> dict[str, str]:
    """Returns the variables that name the home folder and what is in it."""
    return {
        "HOME": home,
        "TFDS_DATA_DIR": f"{home}/{_TFDS}",
        "KERAS_HOME": f"{home}/{_KERAS}",
        "XDG_CACHE_HOME": str(synthetic.cache_folder().parent),
        "MPLCONFIGDIR": f"{home}/matplotlib",
    }


def fill(home: Path) -> None:
    """Fills a home folder where there is no sandbox: the data is a link then."""
    for source, name in _keras_files():
        target = home / _KERAS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    data = fetch.data_folder().absolute()
    (home / _TFDS).mkdir(parents=True)
    if data.is_dir():
        (home / _TFDS / data.name).symlink_to(data)


def bubblewrap(files: contextlib.ExitStack) -> tuple[list[str], list[int]]:
    """Returns what bubblewrap is told to make the home folder, and the files that it reads.

    Args:
        files: closes the files once bubblewrap has them.

    Returns:
        Arguments, and descriptors that bubblewrap inherits. It copies from open files, so that the
        originals need not be in sight, whoever may read them.
    """
    arguments = [
        "--perms",
        "0777",
        "--dir",
        FOLDER,
        "--perms",
        "0777",
        "--dir",
        f"{FOLDER}/{_TFDS}",
    ]
    data = fetch.data_folder().absolute()
    arguments += ["--ro-bind-try", str(data), f"{FOLDER}/{_TFDS}/{data.name}"]
    rendered = synthetic.cache_folder()
    for parent in reversed(rendered.parents[:-1]):
        arguments += ["--perms", "0755", "--dir", str(parent)]
    arguments += ["--ro-bind-try", str(rendered), str(rendered)]
    found = _keras_files()
    size = sum(source.stat().st_size for source, _ in found) + _ROOM
    arguments += ["--perms", "0777", "--size", str(size), "--tmpfs", f"{FOLDER}/{_KERAS}"]
    inherited = []
    for folder in dict.fromkeys(name.parent for _, name in found):
        arguments += ["--perms", "0777", "--dir", f"{FOLDER}/{_KERAS}/{folder}"]
    for source, name in found:
        file = files.enter_context(source.open("rb"))
        inherited.append(file.fileno())
        arguments += ["--perms", "0666", "--file", str(file.fileno()), f"{FOLDER}/{_KERAS}/{name}"]
    return arguments, inherited


def _keras_files() -> list[tuple[Path, Path]]:
    """Returns Keras' files that are on this machine, each with its name in Keras' folder."""
    root = fetch.keras_folder()
    paths = [source.path for source in fetch.keras_files()]
    return [(path, path.relative_to(root)) for path in paths if os.access(path, os.R_OK)]
