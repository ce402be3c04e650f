"""A canary among the keys of the session that grades: no submission may find it."""

import ctypes
import os

DESCRIPTION = b"rps-audit"
_KEYCTL = {"x86_64": 250, "aarch64": 219}  # numbers of system calls
_ADD_KEY = {"x86_64": 248, "aarch64": 217}
_JOIN_SESSION_KEYRING, _SESSION_KEYRING = 1, -3
_libc = ctypes.CDLL(None, use_errno=True)


def plant(secret: str) -> int | None:
    """Gives this process, and what it starts, a new session keyring with a key in it.

    Args:
        secret: the key's content.

    Returns:
        The key's number; None where the machine keeps no keys for processes.
    """
    machine, content = os.uname().machine, secret.encode()
    if machine not in _KEYCTL or _call(_KEYCTL[machine], _JOIN_SESSION_KEYRING, None) < 0:
        return None
    number = _call(_ADD_KEY[machine], b"user", DESCRIPTION, content, len(content), _SESSION_KEYRING)
    return number if number > 0 else None


def _call(number: int, *arguments: int | bytes | None) -> int:
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *passed))
