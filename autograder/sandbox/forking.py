"""A warm process: it has imported what a course preloads, and forks, into sandboxes or out here.

Started by `autograder.sandbox.warm` as
`python -P forking.py SOCKET COURSE PROFILE heavy|light COPIES PROGRAM...`; `COPIES` says what the
course is imported from (`withholding.py`). Each request on the socket comes with a connection to
`start.py` in a sandbox that bubblewrap has made, and one to answer on. A first fork joins the
sandbox's namespaces and gives up every right; its child runs the program, as a process of the
sandbox that can neither see nor reach anything out here. A request for a module out here comes with
a connection for it instead. Nothing may have started a thread before a fork, and nothing of a
submission may ever be in this process: every submission finds its memory.
"""

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import random
import shutil
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.core import course as courses
from autograder.sandbox import home
from autograder.sandbox.start import be_killed_first, become, filter_calls, leave_session
from autograder.sandbox.withholding import Finder

_NAMESPACES = (
    0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
)  # mounts, cgroup, host name, IPC, processes, network
_USER_NAMESPACE = 0x10000000
_SCM_CREDENTIALS = 2
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 4, 24
_CAPABILITIES_VERSION = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _join(pid: int, *, as_root: bool) -> None:
    """Joins the namespaces of a process; children of this process are then processes in there."""
    target = os.pidfd_open(pid)
    _call("setns", target, _NAMESPACES | (0 if as_root else _USER_NAMESPACE))
    os.close(target)


def _give_up_rights(uid: int | None, limits: dict[str, int], calls: str) -> None:
    """Gives up capabilities, root, keys, system calls, any way to gain rights; sets limits."""
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # there are no more
    become(uid, limits)
    leave_session()
    header = struct.pack("Ii", _CAPABILITIES_VERSION, 0)
    _call("capset", header, bytes(24))
    filter_calls(calls)
    # Else its own files in /proc would belong to root.
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)


def _take_over(connection: socket.socket) -> tuple[list[int], int]:
    """Returns the standard streams of the process that keeps the sandbox, and its number."""
    room = socket.CMSG_SPACE(3 * 4)
    said, found, *_ = connection.recvmsg(16, 2 * room)
    if not said:
        raise OSError("bubblewrap could not make the sandbox")
    parts = {kind: data for _, kind, data in found}
    pid, _, _ = struct.unpack("3i", parts[_SCM_CREDENTIALS])
    return list(struct.unpack("3i", parts[socket.SCM_RIGHTS])), pid


def _close_all_but(*kept: int) -> None:
    for path in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(path.name)
        if descriptor > 2 and descriptor not in kept:
            with contextlib.suppress(OSError):  # one of them was for listing them
                os.close(descriptor)


def _run(program: ModuleType, request: dict[str, Any], streams: list[int]) -> None:
    """Runs a program in the sandbox; this process ends here."""
    status = 1
    try:
        os.setsid()
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        _close_all_but()
        # In the sandbox the copies lie where they are imported from.
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Finder)]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["environment"])
        random.seed()  # every kernel draws its own numbers
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        sys.argv = [str(program.__file__), *request["arguments"]]
        program.main(request["arguments"])
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status & 255)


def _fork(
    programs: dict[str, ModuleType], request: dict[str, Any], sandbox: socket.socket
) -> Iterator[dict[str, Any]]:
    """Runs a program in a sandbox, from a process that joins it; yields what to answer.

    Args:
        programs: by their files.
        request: see `autograder.sandbox.warm.Warm.fork`.
        sandbox: the connection to `start.py`.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    streams, keeper = _take_over(sandbox)
    be_killed_first()
    try:
        _join(keeper, as_root=request["uid"] is not None)
        _give_up_rights(request["uid"], request["limits"], request["filter"])
    except OSError as error:
        yield {"cannot": str(error)}
        return
    os.chdir(request["folder"])
    program = programs[request["program"]]
    child = os.fork()
    if child == 0:
        _run(program, request, streams)
    yield {"pid": child}
    for descriptor in streams:
        os.close(descriptor)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sandbox.send(b"%d" % (ended if ended >= 0 else 128 - ended))


def _serve(request: dict[str, Any], connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Runs a module's `serve` as a process of its own out here; yields what to answer.

    Args:
        request: see `autograder.sandbox.warm.Warm.serve`.
        connection: what `serve` is called with, before the arguments.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Not before: what the process imported is to know no folder but its home.
    paths = {k: {n: Path(p) for n, p in found.items()} for k, found in request["home"].items()}
    home.fill(courses.Home(**paths), Path(os.environ["HOME"]))
    for finder in list(sys.meta_path):
        if isinstance(finder, Finder):
            finder.withdraw()
    module = importlib.import_module(request["module"])
    os.setsid()
    yield {"pid": os.getpid()}
    module.serve(connection, *request["arguments"])


def _answer(programs: dict[str, ModuleType], said: bytes, descriptors: list[int]) -> None:
    """Answers a request; this process ends here."""
    connection, asked = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    try:
        _close_all_but(*descriptors)
        request = json.loads(said)
        answers = (
            _serve(request, connection)
            if "module" in request
            else _fork(programs, request, connection)
        )
        for answer in answers:
            asked.send(json.dumps(answer).encode())
            asked.close()
    except Exception as error:
        asked.send(json.dumps({"problem": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(0)


def _load(path: str) -> ModuleType:
    name = f"autograder_{Path(path).stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def main() -> None:
    """Imports, then answers requests until the grader is gone."""
    gc.disable()  # imports make hardly any garbage
    number, address, name, heavy, copies, *programs = sys.argv[1:]
    control = socket.socket(fileno=int(number))
    made = {Path(folder): Path(copy) for folder, copy in json.loads(copies).items()}
    sys.meta_path.insert(0, Finder(made))
    course = courses.load(address)
    course.profile(name, True)
    course.preload(heavy == "heavy")
    loaded = {path: _load(path) for path in programs}
    for program in loaded.values():
        getattr(program, "prepare", lambda _: None)(course)
    gc.collect()
    gc.freeze()  # forks need not look through, and thereby copy, what was there before them
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for forks
    while True:
        said, descriptors, *_ = socket.recv_fds(control, 1 << 20, 2)
        if not said:
            break
        if os.fork() == 0:
            _answer(loaded, said, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        del said
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)


if __name__ == "__main__":
    main()
