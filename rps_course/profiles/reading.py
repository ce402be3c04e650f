"""Reading the TOML file of a profile, strictly: each error names the file and the key."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

MAX_CLASSES = 20
# Of tf.keras.applications, which is too slow to import to ask it.
NETWORKS = frozenset({
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
    "DenseNet121", "DenseNet169", "DenseNet201", "EfficientNetB0", "EfficientNetB1",
    "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5", "EfficientNetB6",
    "EfficientNetB7", "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2",
    "EfficientNetV2B3", "EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S",
    "InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "MobileNetV3Large",
    "MobileNetV3Small", "NASNetLarge", "NASNetMobile", "ResNet50", "ResNet50V2", "ResNet101",
    "ResNet101V2", "ResNet152", "ResNet152V2", "VGG16", "VGG19", "Xception",
})  # fmt: skip
# Arguments of a network that the course itself sets.
_TAKEN = {"input_shape", "include_top", "pooling", "weights"}


class ProfileError(ValueError):
    """A profile cannot be used; the message says which, and what is wrong."""


class _Key(NamedTuple):
    """What may stand at a key.

    Attributes:
        name: the attribute of `rps_course.profile.Profile`.
        expected: what is allowed, for people.
        allows: whether a value is allowed.
        optional: whether the key may be left out.
    """

    name: str
    expected: str
    allows: Callable[[Any], bool]
    optional: bool = False


def _is_whole(value: Any, lowest: int = 1) -> bool:
    return type(value) is int and value >= lowest


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_whole, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()


def _are_classes(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 2 <= len(value) <= MAX_CLASSES
        and all(map(_is_text, value))
        and len(set(value)) == len(value)
    )


def _are_options(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and not value.keys() & _TAKEN
        and all(isinstance(option, bool | int | float | str) for option in value.values())
    )


def _is_dataset(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\w+(/[\w.-]*\w)?", value, re.ASCII))


def _whole(name: str) -> _Key:
    return _Key(name, "a whole number from 1", _is_whole)


def _rate(name: str) -> _Key:
    return _Key(name, "a number above 0 and up to 1", lambda v: _is_share(v) and v > 0)


def _share(name: str) -> _Key:
    return _Key(name, "a number from 0 to 1", _is_share)


def _file(name: str) -> _Key:
    return _Key(name, "the name of a file", _is_text, optional=True)


_KEYS = {
    "data": {
        "source": _Key("data", '"tfds" or "rendered"', lambda v: v in ("tfds", "rendered")),
        "name": _Key("dataset", 'a TFDS name such as "name" or "name/config"', _is_dataset),
        "classes": _Key("classes", f"a list of 2 to {MAX_CLASSES} different names", _are_classes),
    },
    "backbone": {
        "network": _Key(
            "network",
            "a network of tf.keras.applications such as " + ", ".join(sorted(NETWORKS)),
            lambda v: isinstance(v, str) and v in NETWORKS,
        ),
        "options": _Key(
            "options",
            f"a table of numbers, texts, true or false, without {', '.join(sorted(_TAKEN))}",
            _are_options,
        ),
        "weights": _Key("weights", '"imagenet" or the name of a file', _is_text),
        "image_size": _Key("image_size", "a whole number from 32", lambda v: _is_whole(v, 32)),
        "fine_tune_at": _whole("fine_tune_at"),
        "top": _file("top"),
        "labels": _file("labels"),
    },
    "training": {
        "batch_size": _whole("batch_size"),
        "epochs_head": _whole("epochs_head"),
        "epochs_fine": _whole("epochs_fine"),
        "learning_rate_head": _rate("learning_rate_head"),
        "learning_rate_fine": _rate("learning_rate_fine"),
    },
    "grading": {
        "batch_size": _whole("batch_size"),
        "epochs_head": _whole("epochs_head"),
        "epochs_fine": _whole("epochs_fine"),
        "subset": _Key("subset", "two whole numbers from 1", _is_pair),
    },
    "accuracy": {"none_at": _share("none_at"), "full_at": _share("full_at")},
    "selftest": {
        "epochs": _Key("selftest_epochs", "two whole numbers from 1", _is_pair),
        "views": _Key(
            "selftest_views",
            'a whole number from 1, "fresh" or "plain"',
            lambda v: v in ("fresh", "plain") or _is_whole(v),
        ),
    },
}


def read(path: Path) -> dict[str, Any]:
    """Reads the file of a profile.

    Args:
        path: of the file, whose name without `.toml` is the profile's.

    Returns:
        Attributes of `rps_course.profile.Profile`, by their names; paths are absolute.

    Raises:
        ProfileError: it cannot be read, has an unknown or no known key, or a value that is not
            allowed.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", path.stem) or path.stem.startswith("grading-"):
        raise ProfileError(
            f"{path}: a profile's name has at most 31 small letters, digits, _ and -, and does not "
            "begin with grading-. Rename the file."
        )
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise ProfileError(f"{path}: is not valid TOML: {error}.") from error
    problem = next(_problems(content), "") or _contradiction(content)
    if problem:
        raise ProfileError(f"{path}: {problem}")
    found = {name: _attributes(keys, content[name]) for name, keys in _KEYS.items()}
    short = found.pop("grading")
    attributes = {name: value for table in found.values() for name, value in table.items()}
    for name in ("weights", "top", "labels"):
        if attributes.get(name, "imagenet") != "imagenet":
            attributes[name] = str(_beside(path, name, attributes[name]))
    return attributes | {"short": short}


def _problems(content: dict[str, Any]) -> Iterator[str]:
    """Yields what is wrong with single keys."""
    for name in sorted(content.keys() - _KEYS.keys()):
        yield f"the unknown key {name}. Allowed: {', '.join(f'[{table}]' for table in _KEYS)}."
    for name, keys in _KEYS.items():
        table = content.get(name)
        if not isinstance(table, dict):
            yield f"the table [{name}] is missing. profiles/standard.toml of rps_course shows it."
            continue
        for key in sorted(table.keys() - keys.keys()):
            yield f"[{name}] has the unknown key {key}. Allowed: {', '.join(keys)}."
        for key, rule in keys.items():
            if key not in table and not rule.optional:
                yield f"[{name}] {key} is missing, expected {rule.expected}."
            elif key in table and not rule.allows(table[key]):
                yield f"[{name}] {key} = {table[key]!r}, expected {rule.expected}."


def _contradiction(content: dict[str, Any]) -> str:
    """Returns how keys contradict each other; empty when they do not."""
    backbone, accuracy = content["backbone"], content["accuracy"]
    if accuracy["none_at"] >= accuracy["full_at"]:
        return (
            f"[accuracy] none_at = {accuracy['none_at']} is not below full_at = "
            f"{accuracy['full_at']}."
        )
    classes, subset = content["data"]["classes"], content["grading"]["subset"]
    if min(subset) < len(classes):
        return f"[grading] subset = {subset} has fewer pictures than the {len(classes)} classes."
    if ("top" in backbone) != ("labels" in backbone):
        return "[backbone] has one of top and labels, expected both or none."
    if "top" in backbone and backbone["weights"] == "imagenet":
        return '[backbone] top is for a weights file, but weights = "imagenet".'
    return ""


def _attributes(keys: dict[str, _Key], table: dict[str, Any]) -> dict[str, Any]:
    return {
        keys[key].name: tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
    }


def _beside(profile: Path, key: str, name: str) -> Path:
    """Returns the path of a file that a profile names.

    Raises:
        ProfileError: it is not there.
    """
    path = (profile.parent / name).resolve()
    if not path.is_file():
        raise ProfileError(f"{profile}: [backbone] {key} = {name!r}, but there is no {path}.")
    return path
