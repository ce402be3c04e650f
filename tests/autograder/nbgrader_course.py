"""A course in a folder of its own, and the commands `nbgrader` and `rps-grader` in it.

Importing nbgrader takes longer than grading a small notebook. So commands run in forks of a process
that has imported what they need, started anew by Python; a fork is what a command on a command line
is, otherwise.
"""

import atexit
import contextlib
import multiprocessing
import os
import pkgutil
import runpy
import shutil
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path

import autograder.classroom
import autograder.commands

ROOT = Path(__file__).parents[2]


def nbgrader(course, *arguments, profile="offline", check=True):
    """Runs the stock nbgrader in a course's folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = run_module("nbgrader", course, arguments, {"RPS_PROFILE": profile, "PATH": path})
    if check:
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done


def run_module(module, folder, arguments, environment):
    """Does what `python -m MODULE ARGUMENTS` does in a folder.

    Args:
        module: `nbgrader` or `autograder`.
        folder: where.
        arguments: of the command line.
        environment: variables, besides this process' own.

    Returns:
        What `subprocess.run` returns.
    """
    arguments = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as said:
        files = [Path(said) / name for name in ("stdout", "stderr")]
        what = (module, folder, arguments, os.environ | environment, files)
        process = _forks().Process(target=_run, args=what)
        process.start()
        process.join()
        texts = [path.read_text(errors="replace") if path.exists() else "" for path in files]
    return subprocess.CompletedProcess([module, *arguments], process.exitcode, *texts)


@cache
def _forks():
    """The process that forks."""
    context = multiprocessing.get_context("forkserver")
    ours = [
        f"{package.__name__}.{module.name}"
        for package in (autograder.classroom, autograder.commands)
        for module in pkgutil.iter_modules(package.__path__)
    ]
    preload = ["nbgrader.apps.nbgraderapp", "nbgrader.apps.autogradeapp", "distributed", *ours]
    context.set_forkserver_preload(preload)
    return context


def _run(module, folder, arguments, environment, said):
    """Is the command, in a fork."""
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = [str(folder), *environment.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__")
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
