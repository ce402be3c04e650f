"""One submission, one budget: whatever it does, it ends, and the class goes on."""

import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import POINTS, hand_in, make, results_of, solved

SECONDS = 8
FLOOD = """\
# Replies that nobody asked for, so many that the grader never sees the time.

kernel = get_ipython().kernel
ident = kernel._parent_ident["shell"]
stream = kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
while True:
    try:
        while True:
            kernel.session.send(stream, "execute_reply", {"status": "ok"}, ident=ident)
    except KeyboardInterrupt:
        pass
"""
SLEEP = "import time\ntime.sleep(2)"


def with_cells(*sources):
    notebook = solved()
    notebook.cells[1:1] = [new_code_cell(source) for source in sources]
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    root = make(tmp_path_factory.mktemp("budget"))
    hand_in(root, "flood", with_cells(FLOOD))
    hand_in(root, "sleepy", with_cells(*[SLEEP] * 500))
    hand_in(root, "zz_honest", solved())
    limits = [f"--ExecuteWithChallenge.timeout={SECONDS}", "--Isolation.notebook_timeout=20"]
    return nbgrader(root, "autograde", "toy1", *limits), results_of(root)


def test_cells_that_sleep_end_when_the_notebook_has_had_its_time(graded):
    _, found = graded
    for exercise in ("double", "running_total"):
        result = found["sleepy", exercise]
        assert result.error
        assert "took what was left of the notebook's 20 seconds" in " ".join(result.reasons)


def test_a_flood_of_messages_ends(graded):
    done, found = graded
    # The cell is lost; what comes after it runs in another kernel.
    assert found["flood", "double"].score == POINTS["double"]
    assert "A kernel was lost" in done.stderr


def test_the_class_goes_on(graded):
    _, found = graded
    scores = {exercise: found["zz_honest", exercise].score for exercise in POINTS}
    assert scores == POINTS
