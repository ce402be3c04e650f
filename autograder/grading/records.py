"""The profiles that handed-in files tell of, compared with the class's before anything is graded.

A class that is graded under the wrong profile would cost a night and give nobody a grade.
"""

from collections import Counter
from collections.abc import Collection

from autograder.core.exercise import FileExercise
from autograder.grading import recognition
from autograder.grading.recognition import shown
from autograder.grading.staging import Submission, head

_MAX_BYTES = 1_000_000  # of a record


def problem(
    submissions: Collection[Submission], exercises: Collection[FileExercise], profile: str
) -> str:
    """Returns why the class's profile seems to be the wrong one; empty when it does not.

    Args:
        submissions: those that are to be graded.
        exercises: the exercises of their assignment that ask for files.
        profile: the class's.

    Raises:
        OSError: a record cannot be read with the grader's rights.
    """
    told: Counter[str] = Counter()
    for exercise in exercises:
        for submission in submissions if exercise.record else ():
            file = recognition.needed(submission.files, exercise.files).get(exercise.record)
            if file and file.size <= _MAX_BYTES:
                told[exercise.profile_of(head(file, _MAX_BYTES))] += 1
    others = {name: count for name, count in told.items() if name not in ("", profile)}
    count = sum(others.values())
    if count < 2 or 2 * count <= told.total():  # then it is the mistake of a few
        return ""
    listed = ", ".join(f"{shown(name)!r} ({n})" for name, n in Counter(others).most_common(3))
    return (
        f"Not graded: {count} of {told.total()} submissions were made under another profile than "
        f"the class's, {profile!r}: {listed}. Correct c.Grading.profile in nbgrader_config.py. If "
        "it is right, grade the students one by one: `--student=NAME`."
    )
