"""Measures the files that were handed in for an exercise; prints what it found as JSON.

Run in the sandbox as `python -P measure.py COURSE EXERCISE PROFILE [PRIVATE]`, in a folder with the
files; PRIVATE is a folder with data that no student has.
"""

import json
import os
import sys
from pathlib import Path

from autograder.core import course
from autograder.core.exercise import OtherProfileError
from autograder.core.facts import encode


def main(arguments: list[str]) -> None:
    """Measures the files in the working folder."""
    # What libraries print must not come between the grader and the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    address, name, chosen, *rest = arguments
    private = Path(rest[0]) if rest else None
    graded = course.load(address)
    try:
        profile = graded.profile(chosen, False)
        said = {"facts": encode(graded.exercises[name].measure(Path(), profile, private))}
    except OtherProfileError as error:
        said = {"other_profile": str(error)}
    with answer:
        json.dump(said, answer)


if __name__ == "__main__":
    main(sys.argv[1:])
