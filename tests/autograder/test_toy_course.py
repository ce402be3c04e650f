"""A second course without TensorFlow: the engine grades whatever describes itself as a course."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import POINTS, TOY, hand_in, make, results_of, rps_grader, solved

from autograder.core.course import Course, CourseError, discover, load


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The toy course, released."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        yield make(tmp_path_factory.mktemp("toy"))


CLASS = {
    "ada": ({}, "1\n2\n3\n", {}, ""),
    "ben": ({"double": "def double(x):\n    return 3 * x"}, "1\n", {"double": 1, "measurements": 0},
            "1 measurements, expected 3"),
    "cleo": ({"running_total": "import os; os._exit(1)"}, None,
             {"running_total": 0, "measurements": 0}, "There is no measurements.csv"),
    "dan": ({"double": "def double(x):\n    raise NotImplementedError()"}, "no number\n",
            {"double": 0, "measurements": 0}, "Reading measurements.csv"),
    "eve": ({"double": "import os\nword = open(os.environ['TOY_DATA'] + '/words.txt').read()\n"
             "def double(x):\n    return 2 * x if 'toy' in word else x"}, "4\n5\n6\n", {}, ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(toy):
    sandbox.require()
    for student, (answers, measurements, _, _) in CLASS.items():
        hand_in(toy, student, solved(toy, **answers), measurements)
    other = solved(toy)
    other.cells.insert(1, new_code_cell("PROFILE = 'long'"))
    hand_in(toy, "finn", other, "long\n1\n2\n3\n")
    return nbgrader(toy, "autograde", "toy1", check=False)


@pytest.mark.parametrize("student", CLASS)
def test_the_engine_grades_functions_and_files_of_any_course(toy, graded, student):
    _, _, lost, says = CLASS[student]
    found = {e: r for (s, e), r in results_of(toy).items() if s == student}
    assert {e: r.score for e, r in found.items()} == POINTS | lost
    reasons = " ".join(reason for result in found.values() for reason in result.reasons)
    assert says in reasons, reasons


def test_a_submission_of_another_profile_is_not_graded_and_fails_the_command(toy, graded):
    assert graded.returncode != 0
    assert "the submission of 'finn'" in graded.stderr
    assert "Warning:" not in graded.stderr
    assert all(results_of(toy)["finn", exercise].error for exercise in POINTS)


def test_where_most_files_are_of_another_profile_nothing_is_graded(tmp_path):
    sandbox.require()
    root = make(tmp_path)
    for student, first in {"ada": "long\n", "ben": "long\n", "cleo": ""}.items():
        hand_in(root, student, solved(root), f"{first}1\n2\n3\n")
    done = nbgrader(root, "autograde", "toy1", check=False)
    assert done.returncode != 0
    assert "2 of 3 submissions were made under another profile" in done.stderr
    assert "'long' (2)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "autograded").exists()
    nbgrader(root, "autograde", "toy1", "--student=cleo")
    nbgrader(root, "autograde", "toy1", "--Grading.profile=long")  # what the message says helps
    assert results_of(root)["ada", "double"].score == 4


def test_another_file_beside_the_notebook_means_other_inputs(tmp_path):
    sandbox.require()
    root = make(tmp_path)
    hand_in(root, "ada", solved(root, double="def double(x):\n    raise ValueError(x)"))
    seen = root / "submitted/ada/toy1/seen.txt"

    def says(*options):
        nbgrader(root, "autograde", "toy1", *options)
        return results_of(root)["ada", "double"].reasons

    first = says()
    assert says("--force") == first  # the same attempt
    seen.write_text("what the first feedback told")
    second = says()
    assert second != first
    seen.unlink()
    assert says() not in (first, second)  # the same content, but another attempt


def test_results_are_shown_and_exported(toy, graded):
    shown = rps_grader(toy, "show", "toy1")
    assert shown.returncode == 0, shown.stderr
    assert "ben double -3: A number is off by" in shown.stdout
    nbgrader(toy, "export")
    with (toy / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["ada"]["score"]) == 9
    status = {name: row["status"] for name, row in rows.items()}
    assert status == {
        "ada": "graded", "ben": "graded", "cleo": "error", "dan": "error", "eve": "graded",
        "finn": "error",
    }  # fmt: skip
    done = nbgrader(toy, "export", "--to", "nowhere/grades.csv", check=False)
    assert done.returncode != 0
    assert "nowhere/grades.csv cannot be written: No such file or directory." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_limit_in_the_rubric_changes_the_verdict(toy, graded, tmp_path):
    own = (toy / "toy/exercises/measurements/rubric.toml").read_text()
    (tmp_path / "measurements.toml").write_text(own.replace("at_least = 3", "at_least = 1"))
    again = ["autograde", "toy1", "--student=ben", "--force", f"--Grading.rubric={tmp_path}"]
    nbgrader(toy, *again)
    assert results_of(toy)["ben", "measurements"].score == 2
    nbgrader(toy, *again[:-1])
    assert results_of(toy)["ben", "measurements"].score == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("at_least = 3", "at_most = 3"), "has the unknown key limits.at_most. Allowed"),
        (("at_least = 3", ""), "measurements.toml lacks the key limits.at_least"),
        (("enough = ", "plenty = "), "the unknown key criteria.plenty"),
        (("points = 2,", "points = 1,"), "add up to 1 points, but the exercise has 2"),
        (("points = 2", "points ="), "is not valid TOML"),
    ],
)
def test_a_rubric_that_cannot_be_used_is_told_before_anything_is_graded(
    toy, graded, tmp_path, change, says
):
    own = (toy / "toy/exercises/measurements/rubric.toml").read_text()
    (tmp_path / "measurements.toml").write_text(own.replace(*change, 1))
    done = nbgrader(
        toy, "autograde", "toy1", "--force", f"--Grading.rubric={tmp_path}", check=False
    )
    assert done.returncode != 0
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert results_of(toy)["ada", "double"].score == 4


def test_a_fault_of_a_judge_is_no_zero(toy, graded):
    path = toy / "toy/exercises/double/exercise.py"
    right = path.read_text()
    try:
        path.write_text(right.replace("doubled = 2 *", "doubled = 1 / 0 *"))
        done = nbgrader(toy, "autograde", "toy1", "--student=ada", "--force", check=False)
    finally:
        path.write_text(right)
    assert done.returncode != 0
    result = results_of(toy)["ada", "double"]
    assert result.error
    assert "could not be graded" in result.reasons[0]
    assert "ZeroDivisionError" in done.stderr  # the alarm, with its traceback
    assert results_of(toy)["ada", "running_total"].score == 3
    nbgrader(toy, "autograde", "toy1", "--student=ada")  # without --force
    assert results_of(toy)["ada", "double"].score == 4


def test_a_machine_that_lacks_what_a_profile_needs_grades_nothing(toy, graded, monkeypatch):
    monkeypatch.setenv("TOY_WORDS", str(toy / "nowhere.txt"))
    done = nbgrader(toy, "autograde", "toy1", "--force", "--Grading.profile=long", check=False)
    assert done.returncode != 0
    assert "Not graded: the grader's machine lacks" in done.stderr
    assert "Write them." in done.stderr
    assert results_of(toy)["ada", "double"].score == 4


def test_its_solutions_earn_full_points_in_the_self_test(toy):
    sandbox.require()
    done = rps_grader(toy, "selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every solution earned full points" in done.stdout


def test_a_solution_that_loses_points_is_told(tmp_path, monkeypatch):
    sandbox.require()
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    notebook = root / "solutions/toy1/toy1.ipynb"
    notebook.write_text(notebook.read_text().replace("2 * x", "3 * x"))
    done = rps_grader(root, "selftest")
    assert done.returncode == 1
    assert "Right solutions lost points in 1 exercise." in done.stdout
    assert "selftest double -" in done.stdout
    (kept,) = re.findall(r"logs, are in (\S+)\.", " ".join(done.stdout.split()))
    assert (Path(kept) / "autograded/selftest/toy1/toy1.ipynb").is_file()
    shutil.rmtree(kept)


def test_the_self_test_stays_in_its_folder_and_uses_the_rubric_of_the_class(toy, monkeypatch):
    """Another configuration, formgrader's, may name the root of the real course."""
    sandbox.require()
    jupyter, own = toy.parent / "jupyter", toy.parent / "rubric"
    for folder in (jupyter, own):
        folder.mkdir()
    (jupyter / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.root = "{toy}"\nc.Grading.rubric = "{own}"\n'
    )
    (own / "double.toml").write_text((toy / "toy/exercises/double/rubric.toml").read_text())
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(jupyter))
    before = {path: path.stat().st_mtime_ns for path in toy.rglob("*") if path.is_file()}
    done = rps_grader(toy, "selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    after = {path: path.stat().st_mtime_ns for path in toy.rglob("*") if path.is_file()}
    assert {p for p in after if p.suffix != ".pyc"} == {p for p in before if p.suffix != ".pyc"}


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("c.CourseDirectory.source_directory = 'corpus'", "has no <assignment>/<assignment>.ipynb"),
        ("c.Grading.rubric = 'nowhere'", "There is no folder"),
        ("c.Grading.profile = ''", "No class is graded under a profile ''"),
    ],
)
def test_a_self_test_that_cannot_grade_says_why(toy, setting, says):
    configuration = toy / "nbgrader_config.py"
    text = configuration.read_text()
    try:
        configuration.write_text(f"{text}\n{setting}\n")
        done = rps_grader(toy, "selftest")
    finally:
        configuration.write_text(text)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_audited(toy):
    sandbox.require()
    done = rps_grader(
        toy, "audit", "--corpus", "corpus", "--attacks", "corpus/attacks", "--defects",
        "corpus/defects", "--json",
    )  # fmt: skip
    content = json.loads(done.stdout)
    assert content["clean"], {k: v for k, v in content.items() if k not in ("outcomes", "verdicts")}
    assert {row["exercise"] for row in content["exercises"]} == {"double", "running_total"}
    assert (content["attacks"], content["defects"]) == (4, 1)
    # Every attack was tried on all exercises, as a cell and as answers, with honest ones beside it.
    names = {path.stem for path in (TOY / "corpus/attacks").glob("*.py")}
    tried = {outcome["name"]: outcome["scores"].keys() for outcome in content["outcomes"]}
    assert tried.keys() == {
        *names, *(f"{name}.answers" for name in names), "not_json", "alone_honest", "mm_honest",
        "zz_honest",
    }  # fmt: skip
    assert all(exercises == {"double", "running_total"} for exercises in tried.values())
    assert all(cost["memory_mb"] > 50 for cost in content["costs"])


ATTACKS = {
    "dull": "# says: it was caught in the act\npass\n",
    # The second exercise's answer, put in place whatever a cell says.
    "cunning": "# says: has no answer yet\nimport numpy as np\n"
    "get_ipython().events.register(\n"
    "    'post_run_cell', lambda _: get_ipython().user_ns.update(running_total=np.cumsum)\n)\n",
    "talker": "# says: has no answer yet\nprint('\\u202e')\n",
}


def test_attacks_that_do_not_fail_as_they_should_are_reported(toy, tmp_path):
    sandbox.require()
    for name, source in ATTACKS.items():
        (tmp_path / f"{name}.py").write_text(source)
    done = rps_grader(toy, "audit", "--attacks", tmp_path)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    for student in ("dull", "dull.answers"):
        for exercise in ("double", "running_total"):
            assert f"{student}: {exercise} failed for another reason than 'it was caught" in said
    assert "cunning earned {'double': 0.0, 'running_total': 3.0}" in said
    assert "talker" not in said  # pages of feedback leave such characters out


def test_an_attack_must_say_why_it_fails(toy, tmp_path):
    (tmp_path / "dull.py").write_text("pass\n")
    done = rps_grader(toy, "audit", "--attacks", tmp_path)
    assert done.returncode == 2
    assert "does not say why it must fail" in done.stderr


def test_one_part_that_is_not_clean_fails_the_whole_audit(toy, tmp_path):
    sandbox.require()
    for kind, first in (("accept", ""), ("reject", "# says: has no answer yet\n")):
        (tmp_path / "toy1/double" / kind).mkdir(parents=True)
        (tmp_path / "toy1/double" / kind / "blank.py").write_text(
            f"{first}def double(x):\n    raise NotImplementedError\n"
        )
    (tmp_path / "equivalent.toml").write_text("")
    done = rps_grader(
        toy, "audit", "--corpus", tmp_path, "--exercise", "double", "--defects", "corpus/defects"
    )
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "0 attacks, 1 broken submissions" in said
    assert "double, right ones rejected: accept/blank: 0 of 4 points" in said


# A course that cannot be graded says so at start.


def broken(toy, name, text):
    folder = toy / "toy/exercises" / name
    folder.mkdir()
    (folder / "rubric.toml").write_text("points = 1\n[criteria]\nx = {points = 1, title = 't'}\n")
    (folder / "exercise.py").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must define one exercise, with the name 'extra'. It defines: none"),
        (
            "from toy.exercises.double import exercise\n"
            "class Twice(exercise.Double):\n    name = 'double'\n",
            "It defines: double",
        ),
    ],
)
def test_a_folder_that_defines_no_exercise_of_its_name_is_told(toy, graded, text, says):
    folder = broken(toy, "extra", text)
    try:
        done = nbgrader(toy, "autograde", "toy1", check=False)
    finally:
        shutil.rmtree(folder)
    assert done.returncode != 0
    assert says in done.stderr


def test_a_course_that_is_not_there_is_told(toy, graded):
    for address, says in (
        ("toy.course:NONE", "There is no course at 'toy.course:NONE'"),
        ("toy.nowhere:COURSE", "There is no course at 'toy.nowhere:COURSE'"),
        ("toy.course", "There is no course at 'toy.course'"),
        ("toy.course:ROOT", "is no Course but of type"),
    ):
        done = nbgrader(toy, "autograde", "toy1", f"--Grading.course={address}", check=False)
        assert done.returncode != 0
        assert says in done.stderr, done.stderr[-2000:]
        assert "Traceback" not in done.stderr


def test_a_course_whose_parts_do_not_fit_is_refused(monkeypatch):
    monkeypatch.syspath_prepend(str(TOY))
    course = load("toy.course:COURSE")
    assert list(discover("toy.exercises")) == list(POINTS)
    with pytest.raises(CourseError, match=r"has no profile 'fast', its quick one\. It has: plain"):
        Course("x", course.exercises, course.rubrics, course.profiles, "fast", course.profile)
    twice = {"twice": course.exercises["double"]}
    with pytest.raises(CourseError, match="has the exercise 'double' under the name 'twice'"):
        Course("x", twice, course.rubrics, course.profiles, "plain", course.profile)
