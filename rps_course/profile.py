"""Profiles: everything that differs between the places where the course runs.

Notebooks, the trainer and the grader read their constants from here. Which profile a machine runs
is decided in `rps_course.machine.choice`.
"""

from dataclasses import dataclass, replace
from pathlib import Path

OFFLINE_WEIGHTS = (
    Path(__file__).parent / "offline" / "weights" / "offline_mobilenet_v2_0.35_96.weights.h5"
)


@dataclass(frozen=True)
class Profile:
    """One way to run the course.

    Attributes:
        name: what `RPS_PROFILE` calls it.
        data: `"tfds"` for TFDS `rock_paper_scissors` (computer-generated hands by Laurence
            Moroney), `"synthetic"` for the hands that `rps_course.offline` renders.
        image_size: side of the square input pictures, in pixels.
        alpha: width multiplier of MobileNetV2.
        weights: what `tf.keras.applications.MobileNetV2(weights=...)` takes: `"imagenet"` or a
            file's path.
        batch_size: pictures in a training step.
        epochs_head: epochs of phase 1, the head alone.
        epochs_fine: further epochs of phase 2, fine-tuning.
        subset: how many (training, test) pictures to use; None for all.
        fine_tune_at: index of the first backbone layer that phase 2 unfreezes.
        learning_rate_head: Adam's learning rate in phase 1.
        learning_rate_fine: Adam's learning rate in phase 2.
        classes: class names in label order.
    """

    name: str
    data: str
    image_size: int
    alpha: float
    weights: str
    batch_size: int
    epochs_head: int
    epochs_fine: int
    subset: tuple[int, int] | None = None
    fine_tune_at: int = 149
    learning_rate_head: float = 0.001
    learning_rate_fine: float = 0.00001
    classes: tuple[str, ...] = ("rock", "paper", "scissors")

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one input picture, (height, width, 3)."""
        return (self.image_size, self.image_size, 3)

    @property
    def base(self) -> str:
        """The profile whose data and backbone this one uses: `"standard"` or `"offline"`."""
        return self.name.removeprefix("grading-")

    @property
    def is_grading(self) -> bool:
        """Whether training cells run at their shortest because a grader is running them."""
        return self.name.startswith("grading-")


_STANDARD = Profile("standard", "tfds", 224, 1.0, "imagenet", 256, 20, 20)
_OFFLINE = Profile("offline", "synthetic", 96, 0.35, str(OFFLINE_WEIGHTS), 32, 20, 20)


def _for_grading(base: Profile) -> Profile:
    return replace(
        base,
        name=f"grading-{base.name}",
        batch_size=16,
        epochs_head=1,
        epochs_fine=1,
        subset=(48, 24),
    )


PROFILES = {
    p.name: p for p in (_STANDARD, _OFFLINE, _for_grading(_STANDARD), _for_grading(_OFFLINE))
}
BASES = ("standard", "offline")
NAMES = (*BASES, *(n for n in PROFILES if n.startswith("grading-")))
# Set by the kernel that a grader runs a notebook in, to the name of the class's profile: it is then
# the one of a notebook that names none, and every other is its short variant.
grading = ""


class ProfileError(ValueError):
    """`RPS_PROFILE` or an argument names no profile."""


def get(name: str) -> Profile:
    """Returns the profile called `name`.

    While a grader runs a notebook, `"standard"` and `"offline"` are their `grading-` variants.

    Raises:
        ProfileError: no profile has that name.
    """
    if grading and name in BASES:
        name = f"grading-{name}"
    if name not in PROFILES:
        raise ProfileError(
            f"No profile is called {name!r}. Allowed: {', '.join(NAMES)}. "
            "Set RPS_PROFILE to one of these, or unset it."
        )
    return PROFILES[name]


def current() -> Profile:
    """Returns the profile that `RPS_PROFILE` names, or the best one that this machine can run.

    Raises:
        ProfileError: `RPS_PROFILE` names no profile.
    """
    from rps_course.machine import choice

    return choice.choose()
