"""Times that people and platforms write, with their zone."""

import re
import sys
from datetime import datetime
from typing import Any

from nbgrader import utils

_parse = utils.parse_utc
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
