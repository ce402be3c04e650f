"""How an installed command starts, so that Ctrl-C ends it at any time and without a traceback."""

import _thread
import gc
import importlib
import signal
import sys
import threading

_SOON = 0.1  # seconds
# New objects after which garbage is looked for. At Python's 700, that is a sixth of an import of
# TensorFlow, which makes millions of objects and hardly any garbage.
_OBJECTS = 50_000
_ended = threading.Event()  # the command has ended


def start(program: str, module: str) -> int:
    """Imports a command's module and calls its `main`.

    An interrupt is not lost where Python drops exceptions: in callbacks of the garbage collector,
    of which Dask has one, and in destructors.

    Args:
        program: the command's name.
        module: name of the module.

    Returns:
        The exit status of `main`; 130 if it was interrupted.
    """
    gc.set_threshold(_OBJECTS)
    _ended.clear()
    sys.unraisablehook = _interrupt_again
    try:
        return int(importlib.import_module(module).main())
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return 130
    finally:
        _ended.set()


def _interrupt_again(dropped: "sys.UnraisableHookArgs") -> None:
    """Takes note of an exception that Python drops; an interrupt comes again a moment later.

    It does not once the command has ended: it would stop one exit handler after the other.
    """
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
    elif not _ended.is_set():
        threading.Timer(_SOON, _interrupt).start()


def _interrupt() -> None:
    """Interrupts the main thread, also while it waits for the system."""
    if _ended.is_set():
        return
    main = threading.main_thread().ident
    if main is None or sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)
