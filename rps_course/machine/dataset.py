"""Whether a data set is prepared on this machine, as TFDS would find it."""

import json
from pathlib import Path

from rps_course.machine.caches import data_folder
from rps_course.profile import Profile

_RECORD_OVERHEAD = 16  # bytes that TFRecord adds to each example: its length and two sums


class DatasetError(RuntimeError):
    """A data set is missing, damaged, or another one than a profile describes."""


def _prepared(dataset: str) -> Path | None:
    """Returns the folder of the newest prepared version of a data set."""
    # TFDS prepares in a folder called incomplete.*: only a version's own name counts.
    versions = data_folder(dataset).glob("[0-9]*/dataset_info.json")
    return max((path.parent for path in versions), default=None)


def is_prepared(dataset: str) -> bool:
    """Whether TFDS has a data set prepared on this machine."""
    return _prepared(dataset) is not None


def check(profile: Profile) -> None:
    """Sees whether a profile's data set is prepared and whole, by the sizes of its files.

    Raises:
        DatasetError: it is not, or it is another one than the profile describes.
    """
    folder, name = _prepared(profile.dataset), profile.dataset.partition("/")[0]
    if folder is None:
        raise DatasetError(f"The dataset is not in {data_folder(profile.dataset)}.")
    try:
        info = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
        names = {split["name"] for split in info["splits"]}
        for split in info["splits"]:
            shards = list(folder.glob(f"{name}-{split['name']}.{info['fileFormat']}-*"))
            examples = sum(map(int, split["shardLengths"]))
            expected = int(split["numBytes"]) + _RECORD_OVERHEAD * examples
            whole = info["fileFormat"] != "tfrecord" or expected == sum(
                shard.stat().st_size for shard in shards
            )
            for shard in shards:
                shard.open("rb").close()
            if len(shards) != len(split["shardLengths"]) or not whole:
                raise DatasetError(
                    f"The dataset in {folder} is damaged: its {split['name']} set is not whole."
                )
        labels = folder / "label.labels.txt"
        classes = labels.read_text(encoding="utf-8").splitlines() if labels.is_file() else []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"The dataset in {folder} is damaged: {error!r}.") from error
    if not {"train", "test"} <= names:
        raise DatasetError(
            f"The dataset in {folder} needs the splits train and test, but has "
            f"{', '.join(sorted(names)) or 'none'}."
        )
    if classes and classes != list(profile.classes):
        raise DatasetError(
            f"The dataset in {folder} has the classes {', '.join(classes)}, but {profile.file} has "
            f"[data] classes = {', '.join(profile.classes)}."
        )
