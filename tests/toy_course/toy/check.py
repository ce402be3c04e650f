"""What the toy notebooks call."""

import os
from pathlib import Path

from autograder.core import check


def __getattr__(name):
    from toy.course import COURSE

    if name not in COURSE.exercises:
        raise AttributeError(name)
    exercise = COURSE.exercises[name]
    profile = COURSE.profile(os.environ.get("TOY_PROFILE", "plain"), False)
    rubric = COURSE.load_rubric(check.released_rubric())
    among = list(COURSE.exercises)
    if hasattr(exercise, "files"):
        return lambda path: check.run_files(exercise, Path(path), profile, rubric, among)
    answers = COURSE.withheld(exercise.assignment)
    return lambda function: check.run(exercise, function, profile, rubric, answers, among)
