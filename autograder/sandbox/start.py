"""First program in a sandbox: sets limits, copies the submission, gives up root, starts the rest.

Run as `python -I -S start.py SETTINGS COMMAND...` with settings as JSON: `limits` (names of
`resource` limits without `RLIMIT_`, with their values), `uid` (to become; null to stay), `copy`
(folder to copy the regular files of; null for none), `copy_bytes` (how much of it at most),
`folder` (the working folder), `alone` (whether there is no sandbox) and `socket` (where to wait for
a fork of a warm process to take this process's place; null to become the command), `filter` (of
system calls, in base64; empty for none). Standard library only: this runs before anything else.
"""

import base64
import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_KEYCTL = {"x86_64": 250, "aarch64": 219}  # the number of the system call
_KEYCTL_JOIN_SESSION_KEYRING = 1
_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    """A filter of system calls, as the Linux kernel takes it (`struct sock_fprog`)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def copy_files(source: str, target: str, limit: int) -> None:
    """Copies regular files, and no links, so that the program can read and replace them."""
    for folder, names, files in os.walk(source):
        here = os.path.normpath(os.path.join(target, os.path.relpath(folder, source)))
        os.makedirs(here, exist_ok=True)
        os.chmod(here, 0o777)
        names[:] = [n for n in names if not os.path.islink(os.path.join(folder, n))]
        for name in files:
            path, copy = os.path.join(folder, name), os.path.join(here, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            limit -= os.path.getsize(path)
            if limit < 0:
                sys.exit("the files that were handed in are larger than the sandbox's disk")
            shutil.copyfile(path, copy)
            os.chmod(copy, 0o666)


def be_killed_first() -> None:
    """When memory runs out all the same, the machine's own killer should take this process."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def become(uid: int | None, limits: dict[str, int]) -> None:
    """Gives up root for a user, and sets the limits of each process."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    # The number of processes is counted by user: only after becoming that user.
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def leave_session() -> None:
    """Leaves the keys of whoever grades: an empty keyring takes the place of their session's."""
    number = _KEYCTL.get(os.uname().machine)
    if number is not None:  # where the system refuses, it refuses the keys as well
        _libc.syscall(ctypes.c_long(number), ctypes.c_long(_KEYCTL_JOIN_SESSION_KEYRING), None)


def filter_calls(program: str) -> None:
    """Gives up the way to gain rights, and all system calls that a filter refuses.

    Raises:
        OSError: the Linux kernel does not take the filter.
    """
    content = base64.b64decode(program)
    loaded = _Filter(len(content) // 8, content)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or _libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(loaded), 0, 0
    ):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def wait_for_fork(descriptor: int) -> int:
    """Keeps the sandbox while a fork of a warm process runs in it; returns how that ended.

    The fork takes over this process's standard streams, and learns its number from the message.
    """
    import socket

    with socket.socket(fileno=descriptor) as warm:
        socket.send_fds(warm, [b"ready"], [0, 1, 2])
        return int(warm.recv(16) or b"1")


def main() -> None:
    """Prepares this process and becomes the command."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    command = sys.argv[2:]
    os.umask(0)
    os.makedirs(settings["folder"], exist_ok=True)
    if settings["copy"]:
        copy_files(settings["copy"], settings["folder"], settings["copy_bytes"])
    os.umask(0o022)
    os.chdir(settings["folder"])
    be_killed_first()
    if settings["alone"]:
        # Nothing around it would end it when the grader is gone.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    become(settings["uid"], settings["limits"])
    leave_session()
    if settings["filter"]:
        filter_calls(settings["filter"])
    if settings["socket"] is not None:
        sys.exit(wait_for_fork(settings["socket"]))
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
