"""`rps-grader roster`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails, nbgrader


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "roster",
        examples=("rps-grader roster grades-export.csv",),
        help="take the names of the students into the gradebook",
        description="Takes student id, first and last name and e-mail address from a CSV file into "
        "the gradebook: Canvas' gradebook, Moodle's grading worksheet, Gradescope's roster, or a "
        "file with the columns student_id, first_name, last_name, email. Students who are there "
        "already get the names; nobody is removed, and no score changes.",
    )
    made.add_argument("roster", type=Path, metavar="ROSTER.csv", help="the file")
    takes_id_column(made)
    made.add_argument("--dry-run", action="store_true", help="show what it would do")
    made.set_defaults(call=call)


def takes_id_column(command: argparse.ArgumentParser) -> None:
    """Adds the option that names a roster's column of student ids."""
    command.add_argument(
        "--id-column",
        default="",
        metavar="COLUMN",
        help="the roster's column with the student ids (default: the first of student_id, "
        "Username, SIS Login ID, Email and the like in which every student has one)",
    )


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from nbgrader.api import Gradebook

    from autograder.classroom import roster
    from autograder.grading import gradebooks
    from autograder.grading.gradebooks import GradebookError

    folders = nbgrader().coursedir
    try:
        people = roster.read(arguments.roster, arguments.id_column).people
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
            known = {student.id: student for student in gradebook.students}
            added = changed = 0
            for person in people:
                about = {
                    "first_name": person.first or None,
                    "last_name": person.last or None,
                    "email": person.email or None,
                }
                there = known.get(person.id)
                told = {name: value for name, value in about.items() if value}
                added += there is None
                changed += there is not None and any(
                    getattr(there, name) != value for name, value in told.items()
                )
                if not arguments.dry_run:
                    gradebook.update_or_create_student(person.id, **told)
    except (roster.RosterError, GradebookError) as error:
        return fails(error, 2)
    others = sorted(known.keys() - {person.id for person in people})
    would = "would be " if arguments.dry_run else ""
    same = len(people) - added - changed
    print(f"{added} students {would}added, {changed} {would}changed, {same} as they were.")
    if others:
        print(f"In the gradebook, but not in {arguments.roster}: {', '.join(others)}")
    return 0
