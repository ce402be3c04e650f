"""What the toy course has for its students."""


def double(x):
    """Doubles numbers."""
    secret = "the body of an answer"  # noqa: F841 what a search would find
    return 2 * x


def running_total(x):
    """Adds up the numbers so far."""
    total = 0 * x
    for index in range(len(x)):
        before = total[index - 1] if index > 0 else 0  # the sum of all that come first
        total[index] = before + x[index]
    return total


def triple(x):
    """Triples numbers: no answer to anything."""
    return 3 * x
