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
        seconds: how long it took; None in records of other programs.
    """

    name: Annotated[str, Most(MAX_STRING)]
    learning_rate: float
    epochs: Annotated[tuple[int, ...], _Epochs]
    history: Annotated[dict[str, Annotated[tuple[float, ...], _Epochs]], Most(50)]
    seconds: float | None = None


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
class Scores:
    """How well a classifier does on pictures.

    Attributes:
        accuracy: 0 to 1.
        loss: the mean cross-entropy.
        pictures: how many pictures.
    """

    accuracy: float
    loss: float
    pictures: int


@dataclass(frozen=True)
class Tail:
    """How the unfrozen part differs from the pretrained one.

    Attributes:
        still: the share of its trained numbers that are the same.
        step: the root mean square of how far they moved.
        way: the share of the way from the pretrained means of its batch norms to those of the
            training pictures that they moved: 0 if not at all, about 1 after long training; None
            where it has no batch norms, or where they have nowhere to go.
        toward: the cosine between that way and where they moved; None where they did not move,
            or where `way` is.
    """

    still: float
    step: float
    way: float | None = None
    toward: float | None = None


@dataclass(frozen=True)
class Head:
    """What a head has of the random numbers that it started from, and of a formula.

    Attributes:
        start: the size of what all classes' weights have in common, in that of a Glorot start:
            training hardly changes it, while formulas leave none.
        mean: the correlation of that with the mean of the features.
        moved: the root mean square of how far the kernel moved in phase 2; None where the record
            does not have the head of phase 1.
    """

    start: float
    mean: float
    moved: float | None = None


@dataclass(frozen=True)
class Measured:
    """What was measured of weights.

    Attributes:
        public: on the whole public test set.
        frozen: how far each weight of the frozen part is from the pretrained one: the largest
            difference of its numbers, as a share of each number plus 0.01.
        tail: the unfrozen part.
        head: the head.
        private: on pictures that no student has; None where there are none.
        validation: on the validation pictures that the record tells of; None where these are the
            public test set.
        first: the head that the record has of phase 1, on the frozen backbone and the validation
            pictures; None where the record has none.
    """

    public: Scores
    frozen: Annotated[tuple[float, ...], Most(_ARRAYS)]
    tail: Tail
    head: Head
    private: Scores | None = None
    validation: Scores | None = None
    first: Scores | None = None


@dataclass(frozen=True)
class Facts:
    """What was found in the files.

    Attributes:
        unusable: why the weights cannot be used, empty if they can.
        weights: what was measured of them.
        no_record: why there is no usable record, empty if there is one.
        record: what it says.
        device: what TensorFlow computes on where this was measured, `"GPU"` or `"CPU"`.
    """

    unusable: Annotated[str, Most(2000)] = ""
    weights: Measured | None = None
    no_record: Annotated[str, Most(1000)] = ""
    record: Record | None = None
    device: Short = ""
