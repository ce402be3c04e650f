"""Arithmetic on weights of any size: what it finds is a number, as far as one can be."""

import numpy as np
import pytest

from rps_course.exercises.trained_model import measuring

GOAL = np.linspace(-1, 1, 100, dtype=np.float32)


def test_the_share_of_the_way_and_its_direction():
    share, toward = measuring._along(GOAL / 4, GOAL)
    assert (share, toward) == (pytest.approx(0.25), pytest.approx(1))


@pytest.mark.parametrize("size", [1e20, 3e38])
def test_one_huge_mean_is_no_way_to_the_goal(size):
    way = np.zeros(100, np.float32)
    way[60] = size
    _, toward = measuring._along(way, GOAL)
    assert toward < 0.5
