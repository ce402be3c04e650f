"""Keeps TensorFlow's lines of no consequence out of notebooks, where they are red.

The environment variable silences all that its libraries say after its start; programs that a
notebook starts inherit it. What TensorFlow 2.21 says while it is imported does not ask for it and
goes straight to the process' standard error. That a function is traced again comes from Python: a
notebook that trains several networks traces a step of each of them.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from types import ModuleType

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_ALL, _NOTHING_BUT_FATAL = "0", "3"


def start_up() -> None:
    """Silences TensorFlow, unless it has started or the environment asks for all its lines."""
    if "tensorflow" not in sys.modules and os.environ.get(_LEVEL) != _ALL:
        os.environ.setdefault(_LEVEL, _NOTHING_BUT_FATAL)
        sys.meta_path.insert(0, _Finder())
        logging.getLogger("tensorflow").addFilter(_is_of_consequence)


def _is_of_consequence(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


class _Finder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as Python does, and lets it be imported quietly."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns how to import TensorFlow, the first time; None for everything else."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec and spec.loader:
            execute = spec.loader.exec_module

            def quietly(module: ModuleType) -> None:
                with standard_error_aside():
                    execute(module)

            spec.loader.exec_module = quietly
        return spec


@contextlib.contextmanager
def standard_error_aside() -> Iterator[None]:
    """Keeps what is written to the process' standard error, and shows it only after an error."""
    with tempfile.TemporaryFile() as aside:
        kept = os.dup(2)
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
