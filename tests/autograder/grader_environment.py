"""An environment with what a TA installs, the extra `grader`, and nothing that developers add.

Installing TensorFlow once more would take minutes: what pip would install is read from the
metadata, as pip does, and linked from this environment.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

from nbgrader_course import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def make(folder):
    """Makes the environment in a new folder, with the wheel of this project; returns its Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin/python"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder / "dist")]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, cwd=folder)
    site = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    ours = next(iter(metadata.distributions(name="rps-course", path=[site])))
    for distribution in required(ours, "grader"):
        link(distribution, folder, python)
    return python


def required(distribution, extra=""):
    """Returns the installed distributions that a distribution needs, and what those need."""
    found, todo = {}, [(distribution, extra)]
    while todo:
        needing, extra = todo.pop()
        for text in needing.requires or []:
            requirement = Requirement(text)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            name = canonicalize_name(requirement.name)
            for wanted in ("", *requirement.extras):
                if (name, wanted) not in found:
                    found[name, wanted] = metadata.distribution(requirement.name)
                    todo.append((found[name, wanted], wanted))
    return {canonicalize_name(d.name): d for d in found.values()}.values()


def link(distribution, folder, python):
    """Links a distribution's files into an environment, and writes its commands anew."""
    prefix, commands = Path(sys.prefix).resolve(), folder / "bin"
    for file in distribution.files:
        source = Path(os.path.normpath(distribution.locate_file(file)))
        target = folder / source.relative_to(prefix)
        if target.parent == commands or target.exists() or not source.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system
            shutil.copy2(source, target)
    for command in distribution.entry_points.select(group="console_scripts"):
        script = commands / command.name
        module, function = command.module, command.attr
        script.write_text(
            f"#!{python}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
        )
        script.chmod(0o755)
