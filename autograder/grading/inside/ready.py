"""Says what is missing for grading, as a kernel in the sandbox would find it; prints JSON.

Run in the sandbox as `python -P ready.py COURSE PROFILE [--thorough]`. It checks files; with
`--thorough`, it also loads data and weights as students' code does.
"""

import json
import os
import sys

if __name__ == "__main__":
    # What libraries print must not come between the grader and the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    address, name, *thorough = sys.argv[1:]
    try:
        from autograder.core import course

        graded = course.load(address)
        found = graded.ready(graded.profile(name, False), bool(thorough))
    except Exception as error:
        found = {"failed": f"{type(error).__name__}: {error}"[:1000]}
    with answer:
        json.dump(found, answer)
