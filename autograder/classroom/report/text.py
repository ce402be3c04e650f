"""How numbers are written in a class report."""

from autograder.grading import similarity

NONE = "–"


def points(value: float | None) -> str:
    """Returns points, to the hundredth."""
    return NONE if value is None else f"{round(value, 2):g}"


def percent(share: float | None) -> str:
    """Returns a share in percent; only all is 100%, and only nothing is 0%."""
    if share is None:
        return NONE
    whole = round(100 * share)
    return f"{min(max(whole, 1), 99) if 0 < share < 1 else whole}%"


def likeness(share: float) -> str:
    """Returns how alike something is, in percent; what differs is never 100%."""
    return f"{similarity.percent(share)}%"


def signed(value: float) -> str:
    """Returns a number with its sign, to the hundredth."""
    return f"{value:.2f}".replace("-", "−")
