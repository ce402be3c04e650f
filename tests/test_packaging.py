"""The wheel, what importing it costs, and which way imports point."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
HEAVY = ("tensorflow", "keras", "tensorflow_datasets", "matplotlib", "nbgrader")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    done = subprocess.run(
        [*command, str(ROOT)], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_with_their_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "rps_course/rubric.toml",
        "rps_course/weights/offline_mobilenet_v2_0.35_96.weights.h5",
        "rps_course/weights/offline_classes.txt",
        "autograder/preprocessors.py",
        "autograder/demo_class/class.toml",
    ):
        assert needed in names
    assert not any(name.startswith(("tests/", "solutions/", "docs/")) for name in names)


def test_the_wheel_installs_and_offers_its_commands(wheel, tmp_path):
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True, cwd=tmp_path)
    environment = os.environ | {"PYTHONPATH": str(site)}
    for command in ("rps-course", "rps-grader"):
        done = subprocess.run(
            [str(site / "bin" / command), "--version"],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            cwd=tmp_path,
        )
        assert done.stdout.startswith(command), done.stderr


@pytest.mark.parametrize("package", ["rps_course", "autograder"])
def test_importing_a_module_does_not_import_anything_heavy(package):
    # What runs inside nbgrader imports nbgrader; no module imports TensorFlow or Matplotlib.
    allowed = {"nbgrader"} if package == "autograder" else set()
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "print(*{name.split('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not (set(HEAVY) - allowed) & set(done.stdout.split())


def test_the_library_knows_nothing_of_the_grader():
    for path in (ROOT / "rps_course").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(n.split(".")[0] in ("autograder", "nbgrader") for n in names), path


def test_grading_without_the_extra_says_what_to_install():
    code = (
        "import importlib.util as util, sys\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'nbgrader' else find(name, *a)\n"
        "from autograder.cli import main\n"
        "sys.exit(main(['show', 'ps1']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "from a clone of the course: pip install '.[grader]'" in done.stderr


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def requirements():
    project = pyproject()["project"]
    found = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        found += [r for r in extra if not r.startswith("rps-course")]
    return found


def pinned(file):
    lines = (ROOT / file).read_text().splitlines()
    pins = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): Version(version) for name, version in pins}


def test_every_dependency_has_a_lower_bound_a_reason_and_a_tested_version():
    text = (ROOT / "pyproject.toml").read_text()
    tested = pinned("constraints.txt")
    for requirement in requirements():
        name = requirement.split(">=")[0]
        assert ">=" in requirement
        assert canonicalize_name(name) in tested
        lines = [line for line in text.splitlines() if f'"{requirement}"' in line]
        assert any("# " in line for line in lines), f"{requirement} has no reason"


def test_the_oldest_tested_versions_are_the_lower_bounds():
    oldest = pinned("constraints-oldest.txt")
    for requirement in [*requirements(), *pyproject()["build-system"]["requires"]]:
        name, bound = requirement.split(">=")
        assert oldest[canonicalize_name(name)] == Version(bound), requirement
