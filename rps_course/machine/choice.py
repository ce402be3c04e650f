"""Which profile this machine runs: the one that is asked for, or the best one that it can.

This is the policy; what the profiles are is in `rps_course.profile`.
"""

import os
from functools import cache

from rps_course import profile
from rps_course.machine import caches, fetch


def choose(name: str | None = None) -> profile.Profile:
    """Returns a profile, with Keras able to read its weights.

    Args:
        name: the profile's name; None for the one that the notebook is graded with, or else that
            `RPS_PROFILE` names. Without these it is `standard` if its data and weights are on this
            machine or can be downloaded, and `offline` otherwise.

    Raises:
        ProfileError: no profile has that name.
    """
    name = name or profile.grading or os.environ.get("RPS_PROFILE", "").strip()
    chosen = profile.get(name) if name else _best()
    if chosen.weights == "imagenet":
        caches.make_readable()
    return chosen


@cache
def _best() -> profile.Profile:
    if fetch.is_cached() or fetch.can_download():
        return profile.get("standard")
    print(
        "rps-course: no network and no cached data, so this is the offline profile (hands that "
        "the package draws, small backbone). For the standard profile run `rps-course fetch` where "
        "there is a network."
    )
    return profile.get("offline")
