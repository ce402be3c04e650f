"""No answers in the sandbox: what a submission finds of the course's own code."""

import ast
import importlib
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
import sandbox
import toy_class
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader

from autograder.core import check, withheld
from autograder.core import course as courses
from autograder.core.course import CourseError
from autograder.core.exercise import OtherProfileError
from autograder.grading import files
from autograder.grading.run import Run
from autograder.sandbox import withholding
from autograder.sandbox.isolation import Isolation
from rps_course.course import COURSE

ADDRESS = "toy.course:COURSE"
REFUSED = "a function of the course's library that answers the task: toy.library.double is not"

# Looks for the answer's body in everything that a submission can reach.
SEARCH = """
import gc, pathlib, sys, types
import toy.library
needle = "".join(["the body", " of an answer"])
def constants(code):
    for constant in code.co_consts:
        yield from constants(constant) if isinstance(constant, types.CodeType) else [constant]
found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)
         and needle in constants(o.__code__)]
folder = pathlib.Path(toy.library.__file__).parent
files = [path for path in folder.rglob("*") if path.is_file()]
found += [path for path in files if needle.encode() in path.read_bytes()]
found += [path for path in files if path.suffix == ".pyc"]
found += [line for line in open("/proc/self/maps") if "pyc" in line]
judges = [name for name in ("expect", "judge") for line in
          (folder / "exercises/double/exercise.py").read_text().split("def ")
          if line.startswith(name) and "refuse(" not in line]
print(len(files) > 5, "library.py" in {path.name for path in files}, found, judges)
"""

ANSWERS = {
    "calls": "from toy.library import double as ours\ndef double(x):\n    return ours(x)",
    "takes": "from toy.library import double",
    "reloads": (
        "import importlib, toy.library\n"
        "def double(x):\n    return importlib.reload(toy.library).double(x)"
    ),
    "another": "from toy import library\ndef double(x):\n    return library.triple(x) - x",
}


def reason(result):
    return result.verdict.reasons[0].says


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    root = toy_class.make(tmp_path_factory.mktemp("withheld"))
    for student, source in ANSWERS.items():
        notebook = toy_class.solved(double=source)
        notebook.cells.append(new_code_cell(SEARCH))
        toy_class.hand_in(root, student, notebook)
    nbgrader(root, "autograde", "toy1")
    return root


@pytest.mark.parametrize("student", ["calls", "takes", "reloads"])
def test_an_answer_of_the_library_earns_nothing_and_says_so(graded, student):
    result = toy_class.results_of(graded)[student, "double"]
    assert result.score == 0
    assert REFUSED in reason(result)


def test_other_functions_of_the_library_work(graded):
    result = toy_class.results_of(graded)["another", "double"]
    assert result.score == toy_class.POINTS["double"]


def test_a_submission_finds_no_body_of_an_answer(graded):
    notebook = nbformat.read(toy_class.autograded(graded, "another"), as_version=4)
    assert notebook.cells[-1].outputs[0].text.strip() == "True True [] []"


def test_a_cold_start_finds_none_either(graded, monkeypatch):
    monkeypatch.syspath_prepend(graded)
    isolation = Isolation()
    course = courses.load(ADDRESS)
    said = isolation.run(
        [sys.executable, "-c", SEARCH],
        course=course,
        profile=course.profile("plain", True),
        copies=withholding.copies(ADDRESS, "toy1"),
    )
    assert said.decode().strip() == "True True [] []"


def test_the_self_check_refuses_it_in_the_same_words(graded, monkeypatch):
    monkeypatch.syspath_prepend(graded)
    toy = importlib.import_module("toy.course").COURSE
    library = importlib.import_module("toy.library")
    names = {}
    exec(ANSWERS["calls"], names)
    profile = toy.profile("plain", False)
    exercise, answers = toy.exercises["double"], toy.withheld("toy1")
    with pytest.raises(check.CheckFailed) as failed:
        check.run(exercise, names["double"], profile, toy.load_rubric(), answers)
    assert reason(toy_class.results_of(graded)["calls", "double"]) in str(failed.value)
    assert library.double(2) == 4  # it is put away for the check only


def test_what_an_assignment_withholds_the_next_one_may_use():
    first, second = (set(COURSE.withheld(name)) for name in ("ps1", "ps2"))
    assert set(COURSE.answers["ps1"]) == first - second
    assert set(COURSE.withheld("ps4")) == set(COURSE.answers["ps4"])
    assert set(COURSE.withheld("nothing")) == first


def test_every_function_that_is_called_as_an_exercise_is_withheld():
    (folder,) = COURSE.folders
    named = set()
    for path in folder.rglob("*.py"):
        if "exercises" in path.relative_to(folder).parts:
            continue
        module = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        functions = (n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef))
        named |= {f"{module}.{f.name}" for f in functions if f.name in COURSE.exercises}
    assert named
    assert named <= set(COURSE.withheld("ps1"))
    for address in named:
        exercise = COURSE.exercises[address.rpartition(".")[2]]
        assert address in COURSE.answers[exercise.assignment]


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_answers_and_judges_of_the_real_course_refuse(assignment):
    copies = withholding.copies("rps_course.course:COURSE", assignment)
    code = f"""
import importlib, inspect, sys
from pathlib import Path
from autograder.core.withheld import WithheldError
from autograder.sandbox import withholding
sys.meta_path.insert(0, withholding.Finder({copies!r}))
from rps_course.course import COURSE
from rps_course.exercises.probes import fitting
asked = [(getattr(importlib.import_module(a.rpartition(".")[0]), a.rpartition(".")[2]), a)
         for a in COURSE.withheld({assignment!r})]
asked += [(getattr(e, n), n) for e in COURSE.exercises.values() for n in ("expect", "judge")
          if hasattr(e, n)]
asked.append((fitting._retrain, "_retrain"))
for function, name in asked:
    parameters = inspect.signature(function).parameters.values()
    given = [None for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    try:
        function(*given)
    except WithheldError as error:
        assert name in str(error), error
    else:
        raise SystemExit(f"{{name}} works")
print(len(asked))
""".replace("PosixPath", "Path")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"toy1": ("toy.library.quadruple",)}, "toy.library.quadruple"),
        ({"toy1": ("toy.nowhere.double",)}, "toy.nowhere.double"),
    ],
)
def test_an_answer_that_is_not_there_is_named(monkeypatch, answers, said):
    monkeypatch.syspath_prepend(toy_class.TOY)
    course = courses.load(ADDRESS)
    monkeypatch.setattr(courses, "load", lambda _: replace(course, answers=answers))
    with pytest.raises(CourseError, match=f"names answers that are not in its folders: {said}"):
        withholding.copies(f"{ADDRESS} with {said}", "toy1")


def test_answers_to_an_assignment_without_exercises_are_refused(monkeypatch):
    monkeypatch.syspath_prepend(toy_class.TOY)
    course = courses.load(ADDRESS)
    with pytest.raises(CourseError, match="has answers to toy2, which no exercise belongs to"):
        replace(course, answers={"toy2": ("toy.library.double",)})


def test_a_function_is_put_away_under_whatever_name():
    ours = importlib.import_module("autograder.core.rubric").fails
    said = r"autograder\.core\.rubric\.fails is not"
    with (
        withheld.put_away(["autograder.core.rubric.fails"]),
        pytest.raises(withheld.WithheldError, match=said),
    ):
        ours(None, "blank", exercise="a")
    assert ours(None, "blank", exercise="a").message == "blank"


def test_a_copy_stands_wherever_its_folder_can_be_seen(tmp_path):
    sandbox.require()
    tmp_path.chmod(0o755)
    for name in ("lib/course", "copy"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "says").write_text(name)
    (tmp_path / "lib64").symlink_to("lib")  # as in every virtual environment
    folders = [tmp_path / name for name in ("lib", "lib64")]
    said = Isolation().run(
        ["/bin/cat", *(folder / "course/says" for folder in folders)],
        readable=folders,
        copies={folders[0] / "course": tmp_path / "copy"},
    )
    assert said == b"copycopy"


def test_files_are_measured_with_what_their_own_assignment_may_use():
    address, seen = "rps_course.course:COURSE", []

    def run(*_, copies, **__):
        seen.append(copies)
        return b'{"other_profile": "another"}'

    submission = Run(
        course=COURSE,
        address=address,
        profile=COURSE.profile("offline", True),
        rubric=None,
        challenges=dict.fromkeys(["preprocess_image", "trained_model"]),  # of ps1 and of ps4
        handed_in={},
        isolation=SimpleNamespace(run=run, warm=lambda *_: None),
    )
    with pytest.raises(OtherProfileError):
        list(files.judge(COURSE.exercises["trained_model"], submission))
    assert seen == [withholding.copies(address, "ps4")]


def test_a_method_is_put_away_like_a_function(monkeypatch):
    monkeypatch.syspath_prepend(toy_class.TOY)
    address = "toy.exercises.double.exercise.Double.expect"
    method = importlib.import_module("toy.exercises.double.exercise").Double.expect
    with withheld.put_away([address]), pytest.raises(withheld.WithheldError, match=address):
        method()


def test_calls_in_cells_are_found_under_whatever_name():
    address = "autograder.core.rubric.fails"
    rubric = importlib.import_module("autograder.core.rubric")
    names = {"rubric": rubric, "f": rubric.fails, "check": check, "holds": rubric.holds}
    calls = ("f(None, 'x')", "y = [rubric.fails(None, 'x')]", "check.rubrics.fails(1)")
    for source in calls:
        assert list(withheld.called(["x = (", source, source], names, [address])) == [address]
    for source in ("g(1)", "rubric.holds('x')", "f", "import x", "rubric.nothing()", "f.x()"):
        assert list(withheld.called([source], names, [address])) == []
