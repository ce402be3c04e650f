"""How numbers are written in a class report."""

from autograder.grading import similarity

NONE = "–"
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


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


def duration(seconds: float) -> str:
    """Returns a time in the largest unit of which there is one."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
