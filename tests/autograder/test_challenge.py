import numpy as np

from autograder.core.challenge import Challenge


def test_the_same_challenge_draws_the_same_pictures():
    challenge = Challenge.fresh()
    again = Challenge(challenge.secret)
    assert np.array_equal(challenge.pictures("p", 2, 9, 7), again.pictures("p", 2, 9, 7))


def test_challenges_and_purposes_draw_differently():
    challenge = Challenge.fresh()
    picture = challenge.pictures("p", 1, 30, 30)
    assert not np.array_equal(picture, challenge.pictures("q", 1, 30, 30))
    assert not np.array_equal(picture, Challenge.fresh().pictures("p", 1, 30, 30))


def test_pictures_use_the_whole_range():
    picture = Challenge.fresh().pictures("p", 1, 40, 60)
    assert picture.shape == (1, 40, 60, 3)
    assert (picture.min(), picture.max()) == (0, 255)


def test_the_id_does_not_hold_the_secret():
    challenge = Challenge.fresh()
    assert challenge.id not in challenge.secret.hex()
    assert len(challenge.id) == 16
