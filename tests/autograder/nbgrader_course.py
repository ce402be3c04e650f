"""A course in a folder of its own, and the stock nbgrader command in it.

Importing nbgrader takes longer than grading a small notebook. So the command runs in forks of a
process that has imported it, started anew by Python; a fork is what `nbgrader` on a command line
is, otherwise.
"""

import atexit
import contextlib
import multiprocessing
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def nbgrader(course, *arguments, profile="offline", check=True):
    environment = os.environ | {
        "RPS_PROFILE": profile,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        process = _forks().Process(target=_run, args=(course, arguments, environment, said))
        process.start()
        process.join()
        texts = [path.read_text(errors="replace") if path.exists() else "" for path in said]
    done = subprocess.CompletedProcess(["nbgrader", *arguments], process.exitcode, *texts)
    if check:
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done


@cache
def _forks():
    """The process that forks."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nbgrader.apps.nbgraderapp", "nbgrader.apps.autogradeapp"])
    return context


def _run(course, arguments, environment, said):
    """Is the command `nbgrader`, in a fork."""
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(course)
    sys.path[:0] = [str(course), *environment.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = ["nbgrader", *map(str, arguments)]
    try:
        runpy.run_module("nbgrader", run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):
            stream.flush()
    os._exit(status)


def write_configuration(folder, profile="offline"):
    text = (ROOT / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(f"{text}\nc.Grading.profile = {profile!r}\n")


def make_course(folder, *assignments):
    """Copies the configuration and these solutions, and releases them."""
    for name in assignments:
        shutil.copytree(
            ROOT / "solutions" / name,
            folder / "solutions" / name,
            ignore=shutil.ignore_patterns("rps_model.*", "custom_sample.png"),
        )
    write_configuration(folder)
    for name in assignments:
        nbgrader(folder, "generate_assignment", name)
    return folder
