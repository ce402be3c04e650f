"""Progress bars for work that takes more than a moment.

In a notebook they are text in the output of a cell. Standard error would be red there, and of a
widget a saved notebook shows only how it began.
"""

import sys
from typing import Any


def progress_bar(*arguments: Any, **options: Any) -> Any:
    """Returns a `tqdm` progress bar, with tqdm's arguments."""
    from tqdm import tqdm

    return tqdm(*arguments, **{"file": sys.stdout if _in_notebook() else None} | options)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None
