"""`rps-grader roster`."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.shared import Commands, fails, nbgrader, takes_id_column
from autograder.core.arguments import counted

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

    from autograder.classroom.roster import Person


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "roster",
        examples=("rps-grader roster grades-export.csv",),
        help="take the names of the students into the gradebook",
        description="Takes student id, first and last name and e-mail address from a CSV file into "
        "the gradebook: Canvas' gradebook, Moodle's grading worksheet, Gradescope's roster, or a "
        "file with the columns student_id, first_name, last_name, email. Students who are there "
        "already get the names; nobody is removed, and no score changes. Exit status 1 if somebody "
        "has no id.",
    )
    made.add_argument("roster", type=Path, metavar="ROSTER.csv", help="the file")
    takes_id_column(made)
    made.add_argument("--dry-run", action="store_true", help="show what it would do")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from nbgrader.api import Gradebook

    from autograder.classroom import roster
    from autograder.grading import gradebooks
    from autograder.grading.gradebooks import GradebookError

    folders = nbgrader().coursedir
    try:
        if gradebooks.is_missing(folders.db_url):
            return fails(
                f"There is no gradebook {gradebooks.file_of(folders.db_url)}. Run this in the "
                "course's root folder, after an assignment was released.",
                2,
            )
        with (
            gradebooks.used(folders.db_url),
            Gradebook(folders.db_url, folders.course_id) as gradebook,
            gradebooks.one_commit(gradebook),
        ):
            known = [student.id for student in gradebook.students]
            found = roster.read(arguments.roster, arguments.id_column, known)
            added, changed, others = _enter(gradebook, found.people, arguments.dry_run)
    except (roster.RosterError, GradebookError) as error:
        return fails(error, 2)
    print("\n".join(found.about_ids(arguments.roster)))
    would = "would be " if arguments.dry_run else ""
    same = len(found.people) - added - changed
    print(
        f"{counted(added, 'student')} {would}added, {changed} {would}changed, {same} as they were."
    )
    if others:
        print(f"In the gradebook, but not in {arguments.roster}: {', '.join(others)}")
    return 1 if found.without_id else 0


def _enter(
    gradebook: "Gradebook", people: "Iterable[Person]", dry_run: bool
) -> tuple[int, int, list[str]]:
    """Takes names and addresses into the gradebook, unless it is a dry run.

    Returns:
        How many students are added, how many changed, and the ids of others who are there.
    """
    others = {student.id: student for student in gradebook.students}
    added = changed = 0
    for person in people:
        told = {"email": person.email} if person.email else {}
        told |= _name(person)
        there = others.pop(person.id, None)
        added += there is None
        changed += there is not None and any(
            getattr(there, name) != value for name, value in told.items()
        )
        if not dry_run:
            gradebook.update_or_create_student(person.id, **told)
    return added, changed, sorted(others)


def _name(person: "Person") -> dict[str, str]:
    """Returns a student's name as the gradebook has it; nothing where there is none.

    Formgrader shows a part that is missing as "None", and for a list of submissions the id in place
    of the name; an empty text is shown as it is. A name of one word is the last name: "Dan, ".
    """
    if person.first and person.last:
        return {"first_name": person.first, "last_name": person.last}
    one = person.first or person.last
    return {"first_name": "", "last_name": one} if one else {}
