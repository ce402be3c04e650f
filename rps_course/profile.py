"""Profiles: everything that differs between the places where the course runs.

A profile is a TOML file: those in `rps_course/profiles/`, and an instructor's own ones. Notebooks,
the trainer and the grader read their constants from here. How files are read and checked is in
`rps_course.profiles.reading`; which profile a machine runs is decided in
`rps_course.machine.choice`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from rps_course.profiles import reading
from rps_course.profiles.reading import ProfileError

__all__ = ["SHIPPED", "Profile", "ProfileError", "current", "folder", "get", "names"]

SHIPPED = ("standard", "offline")
_FOLDER = Path(__file__).parent / "profiles"
_GRADING = "grading-"
# Set by the kernel that a grader runs a notebook in, to the name of the class's profile: it is then
# the one of a notebook that names none, and every other is its short variant.
grading = ""


@dataclass(frozen=True)
class Profile:
    """One way to run the course. `rps_course/profiles/standard.toml` explains what it holds.

    Attributes:
        name: what `RPS_PROFILE` calls it.
        file: path of its file.
        data: `"tfds"` for a data set of TFDS, `"rendered"` for the hands that `rps_course.offline`
            draws.
        dataset: name of the data set.
        classes: class names in label order.
        network: name of the backbone in `tf.keras.applications`.
        options: further arguments of the network, such as `alpha`.
        weights: what the network takes as `weights`: `"imagenet"`, a file's path, or None for
            random ones.
        image_size: side of the square input pictures, in pixels.
        fine_tune_at: index of the first backbone layer that phase 2 unfreezes.
        batch_size: pictures in a training step.
        epochs_head: epochs of phase 1, the head alone.
        epochs_fine: further epochs of phase 2, fine-tuning.
        learning_rate_head: Adam's learning rate in phase 1.
        learning_rate_fine: Adam's learning rate in phase 2.
        none_at: test accuracy up to which a handed-in model earns nothing.
        full_at: test accuracy from which on it earns full points.
        short: the attributes that differ while training cells run for a grader.
        selftest_epochs: epochs of both phases in the grader's self-test.
        selftest_views: how that trains, see `rps_course.training.prepare`.
        subset: how many (training, test) pictures to use; None for all.
        top: path of the last layer over the network's own classes; None where there is no file.
        labels: path of the names of these classes; None where there is no file.
    """

    name: str
    file: str
    data: str
    dataset: str
    classes: tuple[str, ...]
    network: str
    options: Mapping[str, Any] = field(hash=False)
    weights: str | None
    image_size: int
    fine_tune_at: int
    batch_size: int
    epochs_head: int
    epochs_fine: int
    learning_rate_head: float
    learning_rate_fine: float
    none_at: float
    full_at: float
    short: Mapping[str, Any] = field(hash=False)
    selftest_epochs: tuple[int, int]
    selftest_views: int | str
    subset: tuple[int, int] | None = None
    top: str | None = None
    labels: str | None = None

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one input picture, (height, width, 3)."""
        return (self.image_size, self.image_size, 3)

    @property
    def alpha(self) -> float | None:
        """Width multiplier of the network; None for a network that has none."""
        return self.options.get("alpha")

    @property
    def backbone(self) -> str:
        """The network and its options, such as `"MobileNetV2 (alpha 0.35)"`."""
        options = ", ".join(f"{k} {v}" for k, v in self.options.items())
        return f"{self.network} ({options})" if options else self.network

    @property
    def base(self) -> str:
        """The profile whose data and backbone this one uses, such as `"standard"`."""
        return self.name.removeprefix(_GRADING)

    @property
    def whole(self) -> "Profile":
        """The profile as its file has it, also while a grader runs the short variant."""
        return _read(Path(self.file))

    @property
    def is_grading(self) -> bool:
        """Whether training cells run at their shortest because a grader is running them."""
        return self.name.startswith(_GRADING)

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with the package."""
        return Path(self.file).parent == _FOLDER


def folder() -> Path:
    """Returns the folder of an instructor's own profiles: `RPS_PROFILES`, or `profiles` here."""
    return Path(os.environ.get("RPS_PROFILES") or "profiles").absolute()


def names() -> tuple[str, ...]:
    """Returns the names of all profiles that there are here, without their short variants."""
    own = sorted(path.stem for path in folder().glob("*.toml"))
    return tuple(dict.fromkeys((*SHIPPED, *own)))


def get(name: str) -> Profile:
    """Returns the profile called `name`; `grading-<name>` is its short variant.

    While a grader runs a notebook, every profile is its short variant.

    Raises:
        ProfileError: no profile has that name, or its file cannot be used.
    """
    base = name.removeprefix(_GRADING)
    known = names()
    if base not in known:
        is_set = os.environ.get("RPS_PROFILE", "").strip() == name
        advice = "Set RPS_PROFILE to one of these, or unset it. " if is_set else ""
        raise ProfileError(
            f"No profile is called {name!r}. Allowed: {', '.join(known)}. "
            f"{advice}A profile of your own is a file "
            f"{folder() / f'{base}.toml'}; RPS_PROFILES names another folder."
        )
    own = folder() / f"{base}.toml"
    if base in SHIPPED and own.is_file() and folder() != _FOLDER:
        raise ProfileError(f"{own}: the package has a profile of that name. Rename this file.")
    whole = _read(_FOLDER / own.name if base in SHIPPED else own)
    if not grading and base == name:
        return whole
    return replace(whole, name=f"{_GRADING}{base}", **whole.short)


@cache
def _read(path: Path) -> Profile:
    profile = Profile(name=path.stem, file=str(path), **reading.read(path))
    if not profile.is_shipped:
        _see(profile)
    return profile


def _see(own: Profile) -> None:
    """Sees that an instructor's own profile asks for nothing that only a shipped one has.

    Raises:
        ProfileError: it does.
    """
    home = Path(own.file).resolve().parent
    for path in (own.weights, own.top, own.labels):
        if path not in (None, "imagenet") and not Path(path).is_relative_to(home):
            raise ProfileError(
                f"{own.file}: [backbone] names {path}, which is not in the folder of the profile: "
                "put it there, so that grading finds it, too."
            )
    standard, offline = (_read(_FOLDER / f"{name}.toml") for name in SHIPPED)
    if own.data == "rendered" and own.classes != offline.classes:
        raise ProfileError(
            f"{own.file}: [data] classes are {', '.join(own.classes)}, but the rendered pictures "
            f"show {', '.join(offline.classes)}, in this order."
        )
    trained = (standard.network, standard.options, standard.image_size)
    if own.weights == "imagenet" and (own.network, own.options, own.image_size) != trained:
        raise ProfileError(
            f'{own.file}: [backbone] weights = "imagenet" is for {standard.backbone} at '
            f"{standard.image_size} pixels only. Write other weights into a file beside this one: "
            f"tf.keras.applications.{own.network}(input_shape={own.input_shape}, "
            'include_top=False, pooling="avg", weights="imagenet", ...)'
            f'.save_weights("{own.name}.weights.h5")'
        )


def current() -> Profile:
    """Returns the profile that `RPS_PROFILE` names, or the best one that this machine can run.

    Raises:
        ProfileError: `RPS_PROFILE` names no profile, or one whose file cannot be used.
    """
    from rps_course.machine import choice

    return choice.choose()
