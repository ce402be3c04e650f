"""What tests of the sandbox share: skipping where there is none, and an ordinary user."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from autograder.sandbox import isolation

ROOT = Path(__file__).parents[2]


@cache
def _problem():
    return isolation.problem()


def require():
    """Skips a test where there is no sandbox; in CI that is a failure."""
    if _problem():
        if os.environ.get("RPS_REQUIRE_BUBBLEWRAP"):
            pytest.fail(f"RPS_REQUIRE_BUBBLEWRAP is set, but {_problem()}")
        pytest.skip(_problem())


def as_ordinary_user(*command, shown=(), in_home=None):
    """Returns a command that runs as somebody who is not root, though Python may be root's.

    Args:
        command: what to run.
        shown: folders to be seen, besides Python and the project, though root's folder hides them.
        in_home: folders to be found in the user's home, read-only, by their names there.
    """
    if os.geteuid() != 0:
        return list(command)
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv (util-linux) to become an ordinary user")
    home = Path.home()
    arguments = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    covered = {home: "0755", Path("/tmp"): "1777"}
    for folder, permissions in covered.items():
        arguments += ["--perms", permissions, "--tmpfs", folder]
    for prefix in {Path(sys.base_prefix), Path(sys.prefix), ROOT, *shown}:
        for folder in covered:
            if prefix.is_relative_to(folder):
                for parent in reversed(prefix.relative_to(folder).parents):
                    arguments += ["--perms", "0755", "--dir", folder / parent]
                arguments += ["--ro-bind", prefix, prefix]
    arguments += ["--perms", "0777", "--dir", "/tmp/home"]
    for name, folder in (in_home or {}).items():
        arguments += ["--ro-bind", folder, f"/tmp/home/{name}"]
    arguments += ["--chdir", "/tmp"]
    arguments += ["--", "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    arguments += ["--", "env", "HOME=/tmp/home", *command]
    return [str(argument) for argument in arguments]
