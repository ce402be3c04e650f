"""The wheel, what importing it costs, and which way imports point."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.wheel_contents import ProblemSets

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
        "rps_course/exercises/top_k/rubric.toml",
        "autograder/core/messages.toml",
        "rps_course/offline/weights/offline_mobilenet_v2_0.35_96.weights.h5",
        "rps_course/offline/weights/offline_classes.txt",
        "rps_course/profiles/standard.toml",
        "autograder/grading/judge.py",
        *(f"autograder/classroom/report/page.{kind}" for kind in ("html.j2", "css", "js")),
        *(
            f"autograder/grading/templates/feedback_page/{name}"
            for name in ("index.html.j2", "conf.json", "page.css")
        ),
    ):
        assert needed in names
    assert not any(name.startswith("autograder/audit/") for name in names)
    folders = {name.partition("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == {
        "rps_course", "autograder"
    }  # fmt: skip


def test_the_wheel_is_smaller_than_two_megabytes(wheel):
    assert wheel.stat().st_size < 2_000_000


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Runs a command of the installed wheel, in a folder that is no clone of the course."""
    site, elsewhere = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True, cwd=site)

    def run(command, *arguments):
        return subprocess.run(
            [str(site / "bin" / command), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(site)},
            cwd=elsewhere,
        )

    return run


@pytest.mark.parametrize("command", ["rps-course", "rps-grader"])
def test_the_wheel_installs_and_offers_its_commands(command, installed):
    done = installed(command, "--version")
    assert done.stdout.startswith(command), done.stderr


def test_a_student_starts_from_the_wheel_alone(installed, tmp_path):
    folder = tmp_path / "vision"
    done = installed("rps-course", "start", str(folder))
    assert done.returncode == 0, done.stderr
    names = [f"ps{number}.ipynb" for number in range(1, 5)]
    assert sorted(path.name for path in folder.iterdir()) == names
    for name in names:
        released = ROOT / "assignments" / name.removesuffix(".ipynb") / name
        assert (folder / name).read_bytes() == released.read_bytes()
    assert done.stdout.endswith(f"Next: cd {folder}, then jupyter lab ps1.ipynb\n")

    (folder / "ps1.ipynb").write_text("my work")
    (folder / "ps2.ipynb").unlink()
    again = installed("rps-course", "start", str(folder))
    assert again.returncode == 0
    assert f"Kept  {folder}/ps1.ipynb, which was there" in again.stdout
    assert (folder / "ps1.ipynb").read_text() == "my work"
    assert (folder / "ps2.ipynb").is_file()
    refused = installed("rps-course", "start", str(folder / "ps1.ipynb"))
    assert refused.returncode == 2
    assert "is there and is no folder" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_wheel_takes_only_what_was_released(tmp_path):
    for name in (
        "ps1/ps1.ipynb", "ps1/rubric/top_k.toml", "ps1/marks.csv", "ps1/solved.ipynb", "notes.txt"
    ):  # fmt: skip
        path = tmp_path / "assignments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    hook, taken = ProblemSets(str(tmp_path), {}, None, None, "", "wheel"), {"force_include": {}}
    hook.initialize("standard", taken)
    assert set(taken["force_include"].values()) == {
        "rps_course/problem_sets/ps1/ps1.ipynb", "rps_course/problem_sets/ps1/rubric/top_k.toml"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audit", "--corpus", "corpus"], "not part of the installed package. Run it from a clone"),
        (["demo"], "run this from the root of a clone of the course"),
        (["selftest"], "run this in the root of a course"),
    ],
)
def test_what_needs_a_clone_says_so_from_an_installed_wheel(arguments, says, installed):
    done = installed("rps-grader", *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def imports(package):
    """The modules that each file of a package imports, those inside of functions too."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or ""


def test_the_engine_imports_no_course_and_nothing_of_tensorflow():
    foreign = ("rps_course", "tensorflow", "keras", "tensorflow_datasets")
    assert not [found for found in imports("autograder") if found[1].split(".")[0] in foreign]


def test_what_runs_in_students_kernels_needs_numpy_alone():
    own = set(sys.stdlib_module_names) | {"numpy"}
    for path, name in imports("autograder/core"):
        assert name.split(".")[0] in own or name.startswith("autograder.core"), (path, name)


def test_a_course_imports_only_the_core_of_the_engine():
    for path, name in imports("rps_course"):
        top = name.split(".")[0]
        assert top != "nbgrader", path
        assert top != "autograder" or name.startswith("autograder.core"), (path, name)


@pytest.mark.parametrize("package", ["rps_course", "autograder"])
def test_importing_a_module_does_not_import_anything_heavy(package):
    # What runs inside nbgrader imports nbgrader; batches derive from Keras' own.
    allowed = {"nbgrader"} if package == "autograder" else set()
    skipped = ("__main__", ".kernel", ".start", "fast.batches", "exercises.probes.models")
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        # Programs of the sandbox are run and not imported.
        f"    if not module.name.endswith({skipped}):\n"
        "        importlib.import_module(module.name)\n"
        "print(*{name.split('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not (set(HEAVY) - allowed) & set(done.stdout.split())


@pytest.mark.parametrize("module", ["rps_course", "rps_course.course", "autograder.core.course"])
def test_a_light_import_is_light(module):
    """At most 0.3 CPU seconds on top of NumPy, in the quickest of five processes."""
    code = f"import time, numpy; t = time.process_time(); import {module}\n"
    code += "print(time.process_time() - t)"
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)]
    assert min(float(run.stdout) for run in runs) < 0.3


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


RETRACES = """
import rps_course, tensorflow as tf
step = tf.function(lambda number: number)
for number in range(20):
    step(number)
"""


def standard_error(code, **environment):
    level = "TF_CPP_MIN_LOG_LEVEL"
    environment = {k: v for k, v in os.environ.items() if k != level} | environment
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stderr


STARTS = "import rps_course, tensorflow as tf; tf.constant(1)"
NESTED = f"import rps_course, subprocess, sys; subprocess.run([sys.executable, '-c', '{STARTS}'])"


@pytest.mark.parametrize("code", [STARTS, RETRACES, NESTED], ids=["starts", "retraces", "nested"])
def test_tensorflow_is_quiet_after_the_course_was_imported(code):
    assert standard_error(code) == ""


def test_tensorflow_speaks_where_all_its_lines_are_asked_for():
    assert "oneDNN" not in standard_error(STARTS, TF_CPP_MIN_LOG_LEVEL="2")
    assert "oneDNN" in standard_error(STARTS, TF_CPP_MIN_LOG_LEVEL="0")


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def requirements():
    project = pyproject()["project"]
    found = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        found += [r for r in extra if not r.startswith("rps-course")]
    return found


def bounds(text):
    """The name in a requirement, and the versions in it by their operators."""
    requirement = Requirement(text)
    versions = {bound.operator: Version(bound.version) for bound in requirement.specifier}
    return canonicalize_name(requirement.name), versions


def pinned(file):
    """The pinned versions by name: more than one where they differ between Pythons."""
    found = {}
    for line in (ROOT / file).read_text().splitlines():
        if not line.startswith("#"):
            name, versions = bounds(line)
            found.setdefault(name, set()).add(versions["=="])
    return found


def test_every_dependency_has_a_lower_bound_a_reason_and_a_tested_version():
    text = (ROOT / "pyproject.toml").read_text()
    tested = pinned("constraints.txt")
    for requirement in requirements():
        name, versions = bounds(requirement)
        assert ">=" in versions
        assert name in tested
        lines = [line for line in text.splitlines() if f'"{requirement}"' in line]
        assert any("# " in line for line in lines), f"{requirement} has no reason"


def test_the_oldest_tested_versions_are_the_lower_bounds():
    oldest = pinned("constraints-oldest.txt")
    for requirement in [*requirements(), *pyproject()["build-system"]["requires"]]:
        name, versions = bounds(requirement)
        assert versions[">="] in oldest[name], requirement
