"""How an installed command starts: Ctrl-C while its modules are still imported is no traceback."""

import importlib
import sys


def start(program: str, module: str) -> int:
    """Imports a command's module and calls its `main`.

    Args:
        program: the command's name.
        module: name of the module.

    Returns:
        The exit status of `main`; 130 if it was interrupted before.
    """
    try:
        main = importlib.import_module(module).main
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return 130
    return int(main())
