"""Tables of results in narrow terminals."""

import io

import pytest
from rich.console import Console

from autograder.core.verdict import Criterion, Reason, Verdict
from autograder.grading import tables
from autograder.grading.results import Result
from autograder.grading.states import State

EXERCISES = ("preprocess_image", "load_custom_sample", "to_numpy")
WORDS = ("preprocess_", "image", "load_", "custom_", "sample", "to_", "numpy")
NAMES = {"ada": "Lovelace, Ada", "ned": "Nobody, Ned"}
FOUND = [
    *(Result("ada", name, 2, 3) for name in EXERCISES),
    *(Result("ned", name, 0, 3, state=State.MISSING) for name in EXERCISES),
]


def printed(width):
    console = Console(file=io.StringIO(), width=width)
    tables.print_scores("ps1", FOUND, console, NAMES)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("width", "has_names", "whole"), [(84, True, True), (72, False, True), (50, False, False)]
)
def test_names_of_exercises_are_never_broken_within_a_word(width, has_names, whole):
    said = printed(width)
    assert max(map(len, said.splitlines())) <= width
    assert ("Lovelace, Ada" in said) == has_names
    assert all(name in said for name in EXERCISES) == whole
    assert all(word in said for word in WORDS)
    assert "…" not in said


MANY = [f"an_exercise_{number}" for number in range(8)]
ID = "ada.lovelace@students.example.org"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_students_are_readable_beside_many_exercises(width):
    found = [Result(ID, name, 2.25, 10, flags=("a flag",)) for name in MANY]
    console = Console(file=io.StringIO(), width=width)
    tables.print_scores("ps4", found, console, {ID: "Lovelace, Ada"})
    said = console.file.getvalue()
    rows = [line.split()[0] for line in said.splitlines()[4:] if line.strip()]
    assert "".join(rows).startswith(ID)
    assert said.count("2.25 ") == len(MANY)
    assert "…" not in said
    told = " ".join(said.split())
    assert all(f"{number} {name} of 10" in told for number, name in enumerate(MANY, 1))
    assert "too narrow for the students' names" in told


def test_names_of_students_are_parted_between_words_only():
    said = printed(80)
    assert "Lovelace," in said
    assert "Lovelace, Ada" not in said


def test_who_handed_in_nothing_has_no_sum():
    row = next(line for line in printed(100).splitlines() if "ned" in line)
    assert [cell.strip() for cell in row.split("│")[3:-1]] == ["-"] * 4


def test_a_long_reason_is_cut():
    says = "It raised ValueError: " + "0.5, " * 200
    criterion = Criterion("a", "It works", 3, 0, held=False)
    verdict = Verdict("to_numpy", (criterion,), (Reason((), 3, says, "", "", "raised"),))
    result = Result("ada", "to_numpy", 0, 3, verdict)
    console = Console(file=io.StringIO(), width=500)
    tables.print_reasons([result], console)
    said = console.file.getvalue()
    assert said.endswith("0.5…\n")
    assert len(said) < 250
    assert result.reasons == (says,)


def test_what_a_line_has_no_room_for_is_indented():
    console = Console(file=io.StringIO(), width=40)
    flag = "[red]a note[/] that is too long for one line\nof a narrow terminal"
    tables.print_reasons([Result("ada", "double", 4, 4, flags=(flag,))], console)
    assert console.file.getvalue().splitlines() == [
        "  ada to look at: [red]a note[/] that is",
        "      too long for one line of a narrow",
        "      terminal",
    ]
