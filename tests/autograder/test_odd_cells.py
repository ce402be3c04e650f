"""Cells as honest students write them, which run elsewhere: graded as one class by nbgrader."""

import base64
import json

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader_course import nbgrader
from toy_class import POINTS, autograded, find, hand_in, make, results_of, solved

SET_UP = "import numpy as np\nfrom toy import check"
DOUBLED = {"running_total": 6}  # what the gradebook gives for it; the rubric has 3


def starting(first, then=SET_UP, **answers):
    """A solved notebook whose set-up cell has further lines."""
    notebook = solved(**answers)
    notebook.cells[1].source = f"{first}\n{then}"
    return notebook


def with_answer(source):
    return solved(double=source)


def of_another_assignment():
    return new_notebook(cells=[new_code_cell("def triple(x):\n    return 3 * x\n\ntriple(2)")])


# What runs elsewhere and fails here, before the lines that the answers need.
FIRST_LINES = {
    "drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "whole_package": "import google.colab as colab\ncolab.output.clear()",
    "parts": "from google.colab.patches import cv2_imshow\nimport google.colab.userdata",
    "upload": "from google.colab import files\nfor name in files.upload():\n    print(name)",
    "folder": "import os\nos.chdir('/content/drive/MyDrive/ps1')",
    "module": "import no_such_module as nsm\nnsm.set_theme()",
    "widget": "%matplotlib widget",
    "extension": "%load_ext no_such_extension",
    "unknown_magic": "%tensorflow_version 2.x",
    "pip": "!pip install no-such-package\n%pip install no-such-package",
    "measured": "%%time\nimport no_such_module",
    "captured": "%%capture\nimport no_such_module",
    "decorator": "@no_such_decorator\ndef helper(x):\n    return x\n",
    "assertion": "assert 1 == 2",
    "file": "\n\nopen('notes.txt')",
    "input": "name = input('Your name? ')",
    "awaited": "import asyncio\nawait no_such_task()\nawait asyncio.sleep(0)",
    "caught": "try:\n    import no_such_module\nexcept ImportError:\n    pass",
}
HONEST = {name: starting(lines) for name, lines in FIRST_LINES.items()} | {
    "colab_or_not": starting(
        "try:\n    import google.colab\n    factor = 0\nexcept ImportError:\n    factor = 2\n"
        "if factor == 0:\n    from google.colab import drive",
        double="def double(x):\n    return factor * x",
    ),
    "half_a_cell": with_answer("no_such_name\n\n\ndef double(x):\n    return 2 * x\n"),
    "source_of_a_function": with_answer(
        "import inspect\n\ndef times(x):\n    return 2 * x\n\nno_such_name\n"
        "assert inspect.getsource(times).splitlines() == ['def times(x):', '    return 2 * x']\n"
        "double = times if 'return 2 * x' in inspect.getsource(times) else None"
    ),
    "environment": starting(
        "import os\nos.environ['TOY_DATA'] = 'elsewhere'\nos.environ['MINE'] = '2'",
        double="def double(x):\n    assert os.environ['TOY_DATA'] != 'elsewhere'\n"
        "    return int(os.environ['MINE']) * x",
        running_total="def running_total(x):\n    return np.cumsum(x)\n"
        "assert os.environ['TOY_DATA'] == 'elsewhere'  # still the notebook's own\n",
    ),
    "strict_warnings": starting(
        "import warnings\nwarnings.simplefilter('error')",
        double="def double(x):\n    warnings.warn('slow')\n    return 2 * x",
    ),
    "strict_numbers": starting(
        "import numpy\nnumpy.seterr(all='raise')",
        double="def double(x):\n    np.log(0 * x)\n    return 2 * x",
    ),
    "half_precision": starting("from toy import precision\nprecision.DTYPE = 'float16'"),
    "own_module": starting(
        "import helpers", double="def double(x):\n    return helpers.times(x, 2)"
    ),
}
# Notebooks that lose points: what they lose, what the reason says, and what its hint says.
AT_FAULT = {
    "missing_name": (
        starting("x = 1\nimport no_such_module", "import numpy_ as np"),
        {"running_total": 0},
        "NameError: name 'np' is not defined at `return np.cumsum(x)`. The first line of the "
        "notebook to fail was line 2, `import no_such_module` of cell 2 (ModuleNotFoundError",
        "Correct that line first",
    ),
    "new_syntax": (
        starting("\n\nx = 1\nif x = 1: pass"),
        {"running_total": 0},
        "line 4, `if x = 1: pass` of cell 2 (SyntaxError",
        "Correct that line first",
    ),
    "new_syntax_in_the_answer": (
        with_answer("def double(x)\n    return 2 * x"),
        {"double": 0},
        "line 1, `def double(x)` of cell 3 (SyntaxError: expected ':'",
        "its syntax is newer than the grader's Python",
    ),
    "module_in_the_answer": (
        with_answer("def double(x):\n    import no_such_module\n    return 2 * x"),
        {"double": 0},
        "The grader runs Python 3.",
        "Your instructor knows which packages the grader has",
    ),
    "never_defined": (
        with_answer("double = no_such_function"),
        {"double": 0},
        "line 1, `double = no_such_function` of cell 3 (NameError",
        "Does the cell above the check run",
    ),
    "usage": (
        starting("%no_such_magic", "import numpy_ as np"),
        {"running_total": 0},
        "line 1, `%no_such_magic` of cell 2 (UsageError",
        "Correct that line first",
    ),
    "timed": (
        starting("%%time\n\nimport no_such_module", "import numpy_ as np"),
        {"running_total": 0},
        "line 3, `import no_such_module` of cell 2 (ModuleNotFoundError",
        "Correct that line first",
    ),
    "leaves_the_cell": (
        starting("import sys\nsys.exit()"),
        {"running_total": 0},
        "line 2, `sys.exit()` of cell 2 (SystemExit",
        "Correct that line first",
    ),
    "of_another_assignment": (
        of_another_assignment(),
        {"double": 0, "running_total": 0},
        "The notebook has no cell of this assignment",
        "Hand in the one that was released",
    ),
    "ends_its_kernel": (
        with_answer("import os\nos._exit(0)"), {"double": 0}, "ended the notebook's kernel",
        "Does one call `exit`",
    ),
    "too_much_output": (
        with_answer("while True:\n    print('x' * 100_000)"), {"double": 0}, "printed more than",
        "prints or displays in a long loop",
    ),
    "endless": (
        with_answer(
            "import time\ntry:\n    time.sleep(1000)\nexcept KeyboardInterrupt:\n"
            "    raise ValueError('no time')\nprint('went on')"
        ),
        {"double": 0}, "took longer than", "Which one does not end?",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    sandbox.require()
    root = make(tmp_path_factory.mktemp("toy"))
    path = root / "solutions/toy1/toy1.ipynb"
    path.write_text(path.read_text().replace('"points": 3', '"points": 6'))
    nbgrader(root, "generate_assignment", "toy1", "--force")
    for student, notebook in HONEST.items():
        hand_in(root, student, notebook)
    for student, (notebook, *_) in AT_FAULT.items():
        hand_in(root, student, notebook)
    folder = root / "submitted/own_module/toy1"
    (folder / "helpers.py").write_text("def times(x, n):\n    return n * x\n")
    (folder / "numpy.py").write_text("raise RuntimeError('not this one')\n")
    hand_in(root, "pictures", with_pictures())
    nbgrader(root, "autograde", "toy1", "--ExecuteWithChallenge.timeout=10",
             "--Isolation.output_mb=3")  # fmt: skip
    nbgrader(root, "generate_feedback", "toy1", "--student=pictures")
    return root


def with_pictures():
    notebook = solved()
    notebook.cells[1:1] = [
        new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        new_code_cell(
            "import os\nfrom IPython.display import Image\n"
            "for _ in range(10):\n"
            "    display(Image(b'\\x89PNG\\r\\n' + os.urandom(750_000), format='png'))"
        ),
        new_code_cell(
            "for i in range(3):\n    print('\\b' * 20 + '\\r', i, 'of 3', end='')\n"
            "print()\nprint('9\\b10')\nprint('done\\r')"
        ),
        new_code_cell("%%time\nprint('worked')\n6 * 7"),
    ]
    return notebook


@pytest.fixture(scope="module")
def results(course):
    return results_of(course)


@pytest.mark.parametrize("student", HONEST)
def test_a_line_that_fails_here_costs_no_points(results, student):
    found = {exercise: r for (name, exercise), r in results.items() if name == student}
    reasons = [reason for result in found.values() for reason in result.reasons]
    assert {e: r.score for e, r in found.items()} == POINTS | DOUBLED, reasons


@pytest.mark.parametrize("student", AT_FAULT)
def test_a_lost_point_has_the_reason_and_the_hint_of_its_kind(results, student):
    _, lost, says, hint = AT_FAULT[student]
    found = {exercise: r for (name, exercise), r in results.items() if name == student}
    assert {e: r.score for e, r in found.items()} == POINTS | DOUBLED | lost
    for exercise in lost:
        (reason,) = found[exercise].verdict.reasons
        assert says in reason.says
        assert hint in reason.hint


def test_an_interrupt_ends_the_whole_cell(course):
    notebook = nbformat.read(autograded(course, "endless"), as_version=4)
    assert [o.output_type for o in find(notebook, "double_solution").outputs] == ["error"]


def test_the_text_of_a_verdict_has_the_points_of_the_gradebook(course):
    notebook = nbformat.read(autograded(course, "drive"), as_version=4)
    text = json.dumps(notebook)
    assert "running_total: 6 of 6 points" in text
    notebook = nbformat.read(autograded(course, "missing_name"), as_version=4)
    assert "[-6] `running_total` raised NameError" in json.dumps(notebook)


def test_pictures_come_back_within_a_budget_and_progress_bars_do_not(course):
    notebook = nbformat.read(autograded(course, "pictures"), as_version=4)
    plot, many, printed, timed = notebook.cells[1:5]
    assert base64.b64decode(plot.outputs[0].data["image/png"]).startswith(b"\x89PNG")
    shown = [output.data for output in many.outputs]
    assert [("image/png" in data) for data in shown] == [True] * 4 + [False] * 6
    assert "not shown while grading: image/png" in shown[-1]["text/plain"]
    feedback = (course / "feedback/pictures/toy1/toy1.html").read_text()
    assert feedback.count('src="data:image/png;base64') == 5
    assert printed.outputs[0].text == " 2 of 3\n10\ndone\n"
    assert timed.outputs[0].text == "worked\n"
    assert timed.outputs[1].data["text/plain"] == "42"
    assert timed.outputs[2].text.startswith("Wall time: ")
