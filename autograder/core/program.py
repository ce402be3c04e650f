"""How an installed command starts, so that Ctrl-C ends it at any time and without a traceback."""

import _thread
import gc
import importlib
import signal
import sys
import threading

_SOON = 0.1  # seconds
# New objects after which garbage is looked for. At Python's 700, that is a sixth of an import of
# TensorFlow, which makes millions of objects and no garbage.
_OBJECTS = 50_000


def start(program: str, module: str) -> int:
    """Imports a command's module and calls its `main`.

    An interrupt is not lost where Python drops exceptions: in callbacks of the garbage collector,
    of which Dask has one, and in destructors.

    Args:
        program: the command's name.
        module: name of the module.

    Returns:
        The exit status of `main`; 130 if it was interrupted before.
    """
    gc.set_threshold(_OBJECTS)
    sys.unraisablehook = _interrupt_again
    try:
        main = importlib.import_module(module).main
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return 130
    return int(main())


def _interrupt_again(dropped: "sys.UnraisableHookArgs") -> None:
    """Takes note of an exception that Python drops; an interrupt comes again a moment later."""
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        threading.Timer(_SOON, _interrupt).start()
    else:
        sys.__unraisablehook__(dropped)


def _interrupt() -> None:
    """Interrupts the main thread, also while it waits for the system."""
    main = threading.main_thread().ident
    if main is None or sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)
