"""First program in a sandbox: sets limits, copies the submission, gives up root, starts the rest.

Run as `python -I -S start.py SETTINGS COMMAND...` with settings as JSON: `limits` (names of
`resource` limits without `RLIMIT_`, with their values), `uid` (to become; null to stay), `copy`
(folder to copy the regular files of; null for none), `copy_bytes` (how much of it at most),
`folder` (the working folder) and `alone` (whether there is no sandbox). Standard library only: this
runs before anything else.
"""

import contextlib
import json
import os
import resource
import shutil
import signal
import sys


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


def main() -> None:
    """Prepares this process and becomes the command."""
    settings, command = json.loads(sys.argv[1]), sys.argv[2:]
    os.umask(0)
    os.makedirs(settings["folder"], exist_ok=True)
    if settings["copy"]:
        copy_files(settings["copy"], settings["folder"], settings["copy_bytes"])
    os.umask(0o022)
    os.chdir(settings["folder"])
    # When memory runs out all the same, the machine's own killer should take this one.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    if settings["alone"]:
        # Nothing around it that would end it when the grader is gone: PR_SET_PDEATHSIG.
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if settings["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["uid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)
    # The number of processes is counted by user: only after becoming that user.
    for name, value in settings["limits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    os.execv(command[0], command)


main()
