"""The command `rps-course`: fetch data and weights, look at the machine, train, classify.

It reads arguments and turns errors into one line and an exit status; the work is done elsewhere.
Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rps_course import (
    __version__,
    augmentation,
    data,
    doctor,
    fetch,
    preprocessing,
    submission,
    synthetic,
    training,
)
from rps_course import profile as profiles

# What can go wrong that a user can do something about. Anything else is a defect of ours, and its
# traceback is what a bug report needs.
_ERRORS = (
    profiles.ProfileError,
    data.DataError,
    fetch.FetchError,
    preprocessing.PictureError,
    submission.WeightsError,
    submission.RecordError,
    synthetic.SyntheticError,
    training.TrainingError,
    OSError,
)
