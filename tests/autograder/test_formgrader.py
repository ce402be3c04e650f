"""Formgrader's buttons, and what cannot be graded as things are, in a small class."""

import pytest
import sandbox
from nbconvert.exporters import HTMLExporter
from nbgrader_course import nbgrader
from odd_class import CLASS
from odd_class.member import RIGHT
from toy_class import POINTS, make, release_with_question, results_of

from autograder.grading import challenges, staging

SCORES = RIGHT | POINTS
STUDENTS = ("as_released", "a[b]*c", "numbered", "pipe", "zeros", "without")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder, with the class graded."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("odd") / "courses [2026] + more")
        release_with_question(root)
        released = (root / "assignments/toy1/toy1.ipynb").read_text()
        for student in STUDENTS:
            CLASS[student].hand_in(root / "submitted" / student / "toy1", released)
        nbgrader(root, "autograde", "toy1")
        yield root


def scores(course, student):
    return {e: r.score for (s, e), r in results_of(course).items() if s == student}


@pytest.fixture
def formgrader(course, monkeypatch):
    """What formgrader's pages and buttons call."""
    from nbgrader.apps import NbGrader, NbGraderAPI

    monkeypatch.chdir(course)
    application = NbGrader()
    application.initialize([])
    return NbGraderAPI(config=application.config)


def test_formgrader_lists_and_grades_the_class(course, formgrader):
    listed = {row["student"] for row in formgrader.get_submissions("toy1")}
    assert listed == set(STUDENTS)
    answer = formgrader.autograde("toy1", "a[b]*c")
    assert answer["success"], answer["log"]
    assert "Converting notebook" in answer["log"]
    assert scores(course, "a[b]*c") == SCORES


def test_whoever_grades_sees_the_model_answer_and_nobody_else(course, formgrader):
    from nbgrader.server_extensions.formgrader import handlers

    config = formgrader.config
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("submission_id", "student", "last_name", "first_name", "base_url", "notebook_path")
    about = dict.fromkeys(names, "") | {"index": 0, "total": 1}
    about |= {"assignment_id": "toy1", "notebook_id": "toy1"}
    path = course / "autograded/numbered/toy1/toy1.ipynb"
    page, _ = HTMLExporter(config=config).from_filename(path, resources=about)
    assert "Model answer" in page
    assert "Because it <em>does</em>." in page
    assert "2 points: the cause" in page
    assert "MARK SCHEME" not in page
    nbgrader(course, "generate_feedback", "toy1", "--student=numbered")
    feedback = (course / "feedback/numbered/toy1/toy1.html").read_text()
    released = (course / "assignments/toy1/toy1.ipynb").read_text()
    for text in (feedback, released, path.read_text()):
        assert "Because it" not in text
        assert "the cause" not in text


def test_what_cannot_be_read_keeps_its_result_and_fails_the_command(
    course, formgrader, monkeypatch
):
    look = staging.look

    def only_some(folder, *others):
        if folder.parent.name == "as_released":
            raise PermissionError(13, "Permission denied", str(folder / "toy1.ipynb"))
        return look(folder, *others)

    monkeypatch.setattr(staging, "look", only_some)
    for student in ("as_released", "[an]*"):
        answer = formgrader.autograde("toy1", student)
        assert not answer["success"]
        assert "the submission of 'as_released'. It cannot be read" in answer["log"]
    assert "Not graded, see above: the submissions of as_released." in answer["log"]
    assert scores(course, "as_released") == scores(course, "numbered") == SCORES


def test_a_key_that_cannot_be_read_stops_before_the_first_submission(course):
    key = course / challenges.KEY_FILE
    content = key.read_text()
    key.unlink()
    key.mkdir()
    done = nbgrader(course, "autograde", "toy1", "--force", check=False)
    key.rmdir()
    key.write_text(content)
    assert done.returncode == 1
    assert "Cannot use the challenge key" in done.stderr
    assert "Traceback" not in done.stderr
    assert scores(course, "as_released") == SCORES


def test_an_assignment_that_was_not_released_is_named(course):
    done = nbgrader(course, "autograde", "toy9", check=False)
    assert done.returncode == 1
    assert "No assignment with ID 'toy9' exists in the database" in done.stderr
    assert "Traceback" not in done.stderr
