"""What a class report is made of, as data."""

from dataclasses import dataclass, field

from autograder.core.verdict import Figure
from autograder.grading.export import STATUSES

FEWEST = 5  # students of whom a correlation is shown
_SLOWEST = 10


@dataclass(frozen=True)
class Student:
    """A row of the table of students.

    Attributes:
        id: the student's id.
        name: last and first name; empty where the gradebook has none.
        status: a word of `STATUSES`.
        reason: why, if the submission is not simply graded.
        score: points so far, less the penalty; None where nothing is graded.
        scores: points by exercise; None where there is no score.
        late: seconds after the due date.
        penalty: points taken off for that.
        waiting: exercises that wait for a person.
        flags: what a person should look at.
        figures: what was measured, by name.
        seconds: how long the notebooks ran; None where that is not known.
        says: all that is said of the work: why points were lost, notes and flags.
    """

    id: str
    name: str
    status: str
    reason: str
    score: float | None
    scores: dict[str, float | None]
    late: float = 0.0
    penalty: float = 0.0
    waiting: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    seconds: float | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """An exercise, or one criterion of it.

    Attributes:
        exercise: its grade id.
        criterion: what must hold; empty for the whole exercise.
        points: that could be earned.
        students: how many have a score in it.
        success: the share of them who earned all points; None without students.
        mean: the mean of their points; None without students.
        compared: how many of them have a score in something else.
        discrimination: the correlation of their points with the rest of their score; None where
            fewer than `FEWEST` are compared, or all are the same.
    """

    exercise: str
    criterion: str
    points: float
    students: int
    success: float | None
    mean: float | None
    compared: int = 0
    discrimination: float | None = None


@dataclass(frozen=True)
class Mistake:
    """A mistake that students made.

    Attributes:
        exercise: its grade id.
        students: how many made it.
        example: what one of them read.
    """

    exercise: str
    students: int
    example: str


@dataclass(frozen=True)
class Measurement:
    """Numbers that were measured of files that students handed in.

    Attributes:
        exercise: its grade id.
        name: what was measured.
        values: of those who earned points, one a student.
        without_points: of those who earned none.
        full_at: what earns full points, where there is such a number.
    """

    exercise: str
    name: str
    values: tuple[float, ...]
    without_points: tuple[float, ...]
    full_at: float | None


@dataclass(frozen=True)
class Group:
    """Students each of whom handed in nearly the same as another one of them.

    Attributes:
        what: the exercise, or the file.
        students: two or more.
        least: how alike the pairs are at least, 0 to 1, of those that are nearly equal.
        most: how alike they are at most.
    """

    what: str
    students: tuple[str, ...]
    least: float
    most: float


@dataclass(frozen=True)
class Report:
    """An assignment of a class.

    Attributes:
        assignment: its name.
        points: that could be earned.
        students: everybody, in the order of their ids.
        items: exercises, each followed by its criteria.
        mistakes: the most frequent first.
        measured: what was measured of files.
        groups: students whose work is nearly equal, small groups first.
        not_compared: what was not compared, or why nothing was; empty where all was.
    """

    assignment: str
    points: float
    students: tuple[Student, ...]
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    measured: tuple[Measurement, ...]
    groups: tuple[Group, ...] = ()
    not_compared: str = ""

    @property
    def statuses(self) -> dict[str, int]:
        """How many submissions have each status."""
        found = [student.status for student in self.students]
        return {status: found.count(status) for status in STATUSES}

    @property
    def final(self) -> list[float]:
        """The scores of those who are graded."""
        return self._scores("graded", "zero")

    @property
    def so_far(self) -> list[float]:
        """The scores of those of whom something waits for a person."""
        return self._scores("waiting")

    def _scores(self, *statuses: str) -> list[float]:
        return [s.score for s in self.students if s.status in statuses and s.score is not None]

    @property
    def exercises(self) -> dict[str, float]:
        """The points of each exercise."""
        return {item.exercise: item.points for item in self.items if not item.criterion}

    @property
    def slowest(self) -> list[Student]:
        """Whose notebooks ran longest."""
        timed = [student for student in self.students if student.seconds is not None]
        return sorted(timed, key=lambda s: -(s.seconds or 0))[:_SLOWEST]


@dataclass(frozen=True)
class About:
    """What the gradebook knows of a student and an assignment, besides scores.

    Attributes:
        name: last and first name.
        late: seconds after the due date.
        penalty: points taken off for that.
    """

    name: str = ""
    late: float = 0.0
    penalty: float = 0.0
