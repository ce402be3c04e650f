"""What a student hands in for ps4: the trained weights, and the record of how they were trained.

Weights are saved from the reference architecture, so that they always load into it, and loaded as
weights only: a file with anything else in it is refused before Keras opens it. The record is read
off the running training; whoever grades it knows only that somebody claims it.
"""

from rps_course.submission.record import (
    FORMAT,
    RPS_RECORD,
    Record,
    RecordError,
    device,
    head_of,
    load_record,
)
from rps_course.submission.saving import save
from rps_course.submission.weights import (
    RPS_WEIGHTS,
    OtherProfileError,
    WeightsError,
    load_weights,
)

__all__ = [
    "FORMAT",
    "RPS_RECORD",
    "RPS_WEIGHTS",
    "OtherProfileError",
    "Record",
    "RecordError",
    "WeightsError",
    "device",
    "head_of",
    "load_record",
    "load_weights",
    "save",
]
