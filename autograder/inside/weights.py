"""Measures handed-in weights and reads the record beside them; prints what it found as JSON.

Run in the sandbox as `python -P weights.py PROFILE`, in a folder with the two files.
"""

import dataclasses
import json
import os
import sys
from pathlib import Path

from rps_course import profile, submission
from rps_course.exercises import trained

if __name__ == "__main__":
    # What libraries print must not come between the grader and the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        measured = trained.measure(
            Path(submission.RPS_WEIGHTS), Path(submission.RPS_RECORD), profile.get(sys.argv[1])
        )
        said = {"measured": dataclasses.asdict(measured)}
    except submission.OtherProfileError as error:
        said = {"other_profile": str(error)}
    except submission.WeightsError as error:
        said = {"weights": str(error)}
    with answer:
        json.dump(said, answer)
