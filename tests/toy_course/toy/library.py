"""What the toy course has for its students."""


def double(x):
    """Doubles numbers."""
    secret = "the body of an answer"  # noqa: F841 what a search would find
    return 2 * x


def triple(x):
    """Triples numbers: no answer to anything."""
    return 3 * x
