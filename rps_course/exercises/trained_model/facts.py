"""What is found in handed-in weights and in their record, as facts."""

from dataclasses import dataclass
from typing import Annotated

from autograder.core.facts import Most, Short
from rps_course.submission.record import MAX_EPOCHS, MAX_PHASES, MAX_STRING

_ARRAYS = 10_000  # far more than the network has
_Epochs = Most(MAX_EPOCHS)


@dataclass(frozen=True)
class Phase:
    """A phase of the training record.

    Attributes:
        name: such as `"head"`.
        learning_rate: the optimizer's.
        epochs: their numbers.
        history: the metrics' values, one an epoch.
    """

    name: Annotated[str, Most(MAX_STRING)]
    learning_rate: float
    epochs: Annotated[tuple[int, ...], _Epochs]
    history: Annotated[dict[str, Annotated[tuple[float, ...], _Epochs]], Most(50)]


@dataclass(frozen=True)
class Record:
    """What the training record says.

    Attributes:
        weights_sha256: of the weights that it belongs to, in hex.
        device: `"GPU"` or `"CPU"`.
        phases: of the training.
    """

    weights_sha256: Short
    device: Short
    phases: Annotated[tuple[Phase, ...], Most(MAX_PHASES)]


@dataclass(frozen=True)
class Measured:
    """What was measured of weights.

    Attributes:
        accuracy: on the whole public test set, 0 to 1.
        frozen: how far each weight of the frozen part is from the pretrained one: the largest
            difference of its numbers, as a share of each number plus 0.01.
        tail: the same for the unfrozen part.
        private: the accuracy on pictures that no student has; None where there are none.
        pictures: how many these are.
    """

    accuracy: float
    frozen: Annotated[tuple[float, ...], Most(_ARRAYS)]
    tail: Annotated[tuple[float, ...], Most(_ARRAYS)]
    private: float | None = None
    pictures: int = 0


@dataclass(frozen=True)
class Facts:
    """What was found in the files.

    Attributes:
        unusable: why the weights cannot be used, empty if they can.
        weights: what was measured of them.
        no_record: why there is no usable record, empty if there is one.
        record: what it says.
    """

    unusable: Annotated[str, Most(2000)] = ""
    weights: Measured | None = None
    no_record: Annotated[str, Most(1000)] = ""
    record: Record | None = None
