"""What a person should look at is shown, and changes no score."""

import csv
import json

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import autograded, hand_in, make, results_of, rps_grader, solved

HELPER = "def twice(x):\n    return 2 * x"
COPY = """
def running_total(numbers):
    sums = 0 * numbers
    for i in range(len(numbers)):
        last = sums[i - 1] if i > 0 else 0

        sums[i] = last + numbers[i]   # all numbers so far
    return sums
"""

# Cells of one notebook, and what is said of each.
CELLS = {
    "import sys\nsys._getframe(0).f_back": "looks into frames or functions: `.f_back`, "
    "`sys._getframe`.",
    "from inspect import stack as s\ns()": "`inspect.stack`",
    "from inspect import *\nstack": "`inspect.stack`",
    "%%time\nimport inspect as i\ni.currentframe()": "`inspect.currentframe`",
    "(lambda: 1).__code__": "`.__code__`",
    "import gc\ngc.get_objects()": "searches memory: `gc.get_objects`.",
    "getattr(__import__('gc'), 'get_referrers')": "searches memory: `gc.get_referrers`.",
    "import ctypes as c\nc.pythonapi": "calls C code: `ctypes`.",
    "shell = get_ipython()": "reaches for IPython itself: `get_ipython`.",
    "get_ipython().events.register('post_run_cell', print)": "`get_ipython`",
    "shell.ast_transformers": "`.ast_transformers`",
    "exec('1')": "runs code from text: `exec`.",
    "%time eval('1')": "runs code from text: `eval`.",
    "import builtins as b\nb.compile('1', '', 'eval')": "`compile`.",
    "import sys\nsys.modules.get('toy')": "the modules of Python: `sys.modules`.",
    "open('/proc/self/status').close()": "names `/proc`.",
    "import autograder.core": "private to the course or to grading: `autograder`.",
    "import toy.exercises.double": "private to the course or to grading: `toy.exercises`.",
    "import toy\ntoy._hidden": "private to the course or to grading: `toy._hidden`.",
    "x = 1\n" * 4000: "is too long, or has too many magics: read it.",
    "%pwd\n" * 50: "is too long, or has too many magics: read it.",
}
# Habits, and names that only look like these; the answer is below.
HABITS = [
    "%matplotlib inline\n!cat /proc/cpuinfo\nfiles = !ls",
    "print('google.colab' in str(get_ipython()))",
    "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')",
    "from IPython.core.display import display\nfrom IPython.display import HTML",
    "import re\nre.compile('x')\nclass M:\n    def compile(self): pass\nM().compile()",
    "import gc\ngc.collect()",
    "def eval(x):\n    return x\neval(1)",
    "def f(library):\n    return library.double(1)",
    "import toy.library\nprint(toy.library.__doc__)",
    "exec(",
    "def double(x):\n    return toy.library.triple(x) - x",
    "check.double(double)",
]
# Answers to `double`, cells after its check, files beside the notebook; and what is said.
ANSWERS = {
    "calls": ("from toy.library import double as ours\ndef double(x):\n    return ours(x)", [], {},
              "Cell 3 uses the course's own answer: `toy.library.double`."),
    "by_name": ("import importlib\n"
                "double = getattr(importlib.import_module('toy.library'), 'double')", [], {},
                "Cell 3 uses the course's own answer: `toy.library.double`."),
    "elsewhere": ("double = None", ["from toy import library", "double = library.double"], {},
                  "Cell 6 uses the course's own answer: `toy.library.double`."),
    "everything": ("from toy.library import *", [], {},
                   "Cell 3 uses the course's own answer: `toy.library.double`"),
    "file": ("from utils import twice as double", [], {"utils.py": HELPER},
             "Cell 3 uses utils.py, which was handed in beside the notebook."),
    "folder": ("from mine.utils import twice as double", [],
               {"mine/utils.py": f"import gc\ngc.callbacks\n{HELPER}"},
               "mine/utils.py searches memory: `gc.callbacks`."),
    "run": ("%run utils.py\ndouble = twice", [], {"utils.py": HELPER}, "Cell 3 uses utils.py"),
    "hidden": (None, ["globals().update(double=lambda x: 2 * x)", "check.double(double)"], {},
               "Cell 3 is as it was released, yet `double` earned 4 of 4 points."),
    "nothing": ("globals().update(double=lambda x: 2 * x)", [], {},
                "Cell 3 defines nothing, yet `double` earned 4 of 4 points."),
}  # fmt: skip


def blank(root, cells):
    """A notebook whose cell for `double` is as it was released, with cells at its end."""
    released = nbformat.read(root / "assignments/toy1/toy1.ipynb", as_version=4)
    source = next(c.source for c in released.cells if "def double" in c.source)
    notebook = solved(root, double=source)
    notebook.cells += map(new_code_cell, cells)
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("flags"))
        for student, (answer, after, files, _) in ANSWERS.items():
            notebook = solved(root, double=answer) if answer else blank(root, [])
            notebook.cells[4:4] = map(new_code_cell, after)
            hand_in(root, student, notebook)
            for name, text in files.items():
                path = root / "submitted" / student / "toy1" / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
        suspicious = solved(root)
        suspicious.cells += map(new_code_cell, CELLS)
        hand_in(root, "suspicious", suspicious)
        hand_in(root, "honest", blank(root, HABITS))
        (root / "submitted/honest/toy1/notes.py").write_text("import ctypes")
        hand_in(root, "copy", solved(root, running_total=COPY))
        nbgrader(root, "autograde", "toy1")
        yield root


def flags(root, student):
    return [flag for (s, _), r in results_of(root).items() if s == student for flag in r.flags]


@pytest.mark.parametrize("source", CELLS)
def test_what_a_person_should_look_at_is_flagged_with_its_cell(graded, source):
    cells = nbformat.read(autograded(graded, "suspicious"), as_version=4).cells
    (number,) = [n for n, cell in enumerate(cells, 1) if cell.source.strip() == source.strip()]
    (flag,) = [f for f in flags(graded, "suspicious") if f.startswith(f"Cell {number} ")]
    assert CELLS[source] in flag


@pytest.mark.parametrize("student", ANSWERS)
def test_an_answer_that_is_not_the_students_own_is_flagged(graded, student):
    found = flags(graded, student)
    assert any(ANSWERS[student][-1] in flag for flag in found), found


def test_honest_habits_are_not_flagged(graded):
    assert results_of(graded)["honest", "double"].score == 4
    assert flags(graded, "honest") == []


def test_a_copy_of_the_courses_function_is_flagged_under_other_names(graded):
    result = results_of(graded)["copy", "running_total"]
    assert result.flags == ("Cell 5 is nearly the course's own `toy.library.running_total`.",)
    assert flags(graded, "copy") == list(result.flags)


@pytest.mark.parametrize("student", ["suspicious", "copy", "hidden", "file", "run"])
def test_a_flag_changes_no_score(graded, student):
    found = results_of(graded)
    assert found[student, "double"].score == found[student, "double"].points
    assert found[student, "running_total"].score == found[student, "running_total"].points


def test_show_counts_flags_and_tells_each_of_them(graded):
    said = rps_grader(graded, "show", "toy1")
    assert said.returncode == 0, said.stderr
    assert "flags" in said.stdout
    assert "Cell 3 uses utils.py, which was handed in" in said.stdout
    assert "honest to look at" not in said.stdout


def test_show_prints_the_same_for_programs(graded):
    said = rps_grader(graded, "show", "toy1", "--json")
    assert said.returncode == 0, said.stderr
    found = {(told["student"], told["exercise"]): told for told in json.loads(said.stdout)}
    for key, result in results_of(graded).items():
        assert (found[key]["score"], found[key]["points"]) == (result.score, result.points)
        assert found[key]["state"] == str(result.state)
        assert found[key]["flags"] == list(result.flags)


def test_the_exported_tables_have_a_column_of_flags(graded):
    nbgrader(graded, "export")
    nbgrader(graded, "export", "--StatusExportPlugin.exercises=True")
    with (graded / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["hidden"]["flags"].startswith("Cell 3 is as it was released, yet")
    assert rows["hidden"]["status"] == "graded"
    assert rows["honest"]["flags"] == ""
    with (graded / "exercises.csv").open() as file:
        rows = {(row["student_id"], row["exercise"]): row for row in csv.DictReader(file)}
    assert "`toy.library.running_total`" in rows["copy", "running_total"]["flags"]
    assert rows["copy", "double"]["flags"] == ""
    reasons = {key: "; ".join(result.reasons) for key, result in results_of(graded).items()}
    assert {key: row["reason"] for key, row in rows.items()} == reasons


def test_students_do_not_see_flags(graded):
    nbgrader(graded, "generate_feedback", "toy1", "--student=suspicious")
    page = (graded / "feedback/suspicious/toy1/toy1.html").read_text()
    assert "searches memory" not in page


def test_flags_that_somebody_has_edited_are_no_flags(graded):
    path = autograded(graded, "nothing")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["autograder"]["flags"] = [{"exercise": "double", "says": 3}]
    nbformat.write(notebook, path)
    assert flags(graded, "nothing") == []


def test_a_class_without_flags_has_no_such_column(graded, tmp_path):
    root = make(tmp_path)
    hand_in(root, "ada", solved(root))
    nbgrader(root, "autograde", "toy1")
    assert "flags" not in rps_grader(root, "show", "toy1").stdout
