"""Times that people and platforms write, with their zone, and how long something takes."""

import re
import sys
from datetime import datetime
from typing import Any

from nbgrader import utils

_parse = utils.parse_utc
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
_OFFSET = re.compile(r"\s+(?=[+-]\d{2}(?::?\d{2})?$)")


def parse_utc(time: datetime | str | None) -> Any:
    """Returns a time in UTC and without zone, as nbgrader's function of this name does.

    That of nbgrader 0.9.6 takes the zone of "2026-05-03 18:00 +0200", in which formgrader writes
    due dates, for 200 seconds, and does not see that of "2026-05-03 18:00 +02:00".

    Args:
        time: one without a zone is in UTC.

    Raises:
        ValueError, OverflowError: a text is no time.
    """
    return _parse(_OFFSET.sub("", time.strip()) if isinstance(time, str) else time)


def install() -> None:
    """Lets nbgrader use it too."""
    for name, module in list(sys.modules.items()):
        if name.startswith("nbgrader.") and getattr(module, "parse_utc", None) is _parse:
            module.parse_utc = parse_utc  # type: ignore[attr-defined]


def duration(seconds: float) -> str:
    """Returns a time in the largest unit of which there is one."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
