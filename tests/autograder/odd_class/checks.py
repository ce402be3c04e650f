"""Where the check stands and which copy counts: what the student saw, run from top to bottom."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell
from toy_class import find

from autograder.grading.states import State
from odd_class.member import Member, complete, solved

BLANK = "def double(x):\n    raise NotImplementedError()"
WRONG = "def double(x):\n    return 3 * x"
RIGHT = "def double(x):\n    return 2 * x"
CHECK = "check.double(double)"
OFF = "A number is off by"


def index(notebook, grade_id):
    return notebook.cells.index(find(notebook, grade_id))


def behind(*sources, **answers):
    notebook = solved(**answers)
    notebook.cells += [new_code_cell(source) for source in sources]
    return notebook


def copies_behind(*names, **answers):
    """A notebook with copies of cells behind everything, which have another answer."""
    notebook = solved()
    for name in names:
        cell = copy.deepcopy(find(notebook, name))
        cell.id = f"copy-{len(notebook.cells)}"
        cell.source = answers.get(name, cell.source)
        notebook.cells.append(cell)
    return notebook


def edited(name, source, **answers):
    notebook = solved(**answers)
    find(notebook, name).source = source
    return notebook


def without(*names, **answers):
    notebook = solved(**answers)
    notebook.cells = [c for c in notebook.cells if c not in [find(notebook, n) for n in names]]
    return notebook


def check_before_its_solution():
    notebook = solved()
    test = notebook.cells.pop(index(notebook, "double"))
    notebook.cells.insert(index(notebook, "double_solution"), test)
    return notebook


def check_above_in_a_text_cell():
    notebook = solved()
    cell = find(notebook, "double")
    notebook.cells[index(notebook, "double")] = new_markdown_cell(CHECK, metadata=cell.metadata)
    return notebook


def answer_below_a_deleted_check():
    notebook = without("double", double=BLANK)
    notebook.cells += [new_code_cell(RIGHT)]
    return notebook


def stripped():
    notebook = behind("double = double(np.ones(3))", CHECK)
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def better_copy():
    notebook = copies_behind("double_solution", double_solution=RIGHT)
    find(notebook, "double_solution").source = WRONG
    return notebook


LEARNS = f"""
import gc
from autograder.core.challenge import Challenge
seen = []
def double(x):
    seen.extend(o for o in gc.get_objects() if isinstance(o, Challenge))
    return 3 * x
{CHECK}
"""
REPLAYS = f"""
from toy.course import COURSE
from autograder.core import check as checks, evidence
from IPython.display import publish_display_data
right = lambda x: 2 * x
for challenge in seen[:1]:
    profile = COURSE.profile("plain", True)
    content = checks.report(COURSE.exercises["double"], right, challenge, profile)
    publish_display_data({{evidence.MIME: content, "text/plain": ""}})
def double(x):
    for challenge in seen[:1]:
        publish_display_data({{evidence.MIME: content, "text/plain": ""}})
    raise SystemExit
{CHECK}
"""

# What is handed in, the points that `double` earns, and what a reason or a note says.
CLASS = {
    "blank_backup": (lambda: copies_behind("double_solution", double_solution=BLANK), 4),
    "blank_backup_and_check": (
        lambda: copies_behind("double_solution", "double", double_solution=BLANK), 4),
    "better_copy": (better_copy, 4),
    "name_used_again": (lambda: behind("double = double(np.ones(3))"), 4),
    "name_used_again_and_checked": (
        lambda: behind("double = double(np.ones(3))", CHECK), 4, "checked in 2 places"),
    "checked_at_the_end": (lambda: behind(RIGHT, f"{CHECK};  # at last", double=BLANK), 4),
    "all_in_the_solution_cell": (
        lambda: edited("double_solution", f"{RIGHT}\n{CHECK}\ndouble = double(np.ones(3))"), 4),
    "checked_in_one_cell_with_others": (
        lambda: behind(f"{RIGHT}\n%time\ncheck.running_total(running_total)\n{CHECK}",
                       double=BLANK), 4),
    "answer_in_the_locked_cell": (
        lambda: edited("double", f"{RIGHT}\n\n{CHECK}", double=BLANK), 4,
        "added to the locked cell"),
    "answer_below_the_locked_call": (lambda: edited("double", f"{CHECK}\n{RIGHT}"), 4),
    "answer_in_place_of_the_check": (lambda: edited("double", RIGHT, double=BLANK), 4),
    "emptied_check": (lambda: edited("double", ""), 4),
    "commented_out_check": (lambda: edited("double", f"# {CHECK}"), 4),
    "magic_in_the_locked_cell": (lambda: edited("double", f"%%time\n{CHECK}"), 4),
    "deleted_check": (lambda: without("double"), 4),
    "answer_below_a_deleted_check": (answer_below_a_deleted_check, 4),
    "check_before_its_solution": (check_before_its_solution, 4),
    "check_in_a_text_cell": (check_above_in_a_text_cell, 4),
    "stripped": (stripped, 4),
    "checked_ten_times": (lambda: behind(*[CHECK] * 10), 4),
    "wrong_everywhere": (lambda: behind(WRONG, CHECK, double=WRONG), 1, OFF),
    "half_right_then_blank": (lambda: behind(BLANK, CHECK, double=WRONG), 1, OFF),
    "kills_the_kernel_at_the_end": (
        lambda: behind("import os\ndef double(x):\n    os._exit(1)", CHECK), 4),
    "kills_the_kernel_first": (
        lambda: behind(RIGHT, CHECK, double="import os\ndef double(x):\n    os._exit(1)"), 4),
    "nothing": (lambda: behind(CHECK, double=BLANK), 0, "has no answer yet"),
    "in_text": (lambda: behind(f"text = '''\n{CHECK}\n'''", double=WRONG), 1, OFF),
    # Evidence is for the cell that was asked: what one check reveals does not help the next.
    "replays": (lambda: behind(LEARNS, REPLAYS, double=BLANK), 1, OFF),
}  # fmt: skip


MEMBERS = {
    name: Member(complete(notebook), {"double": points}, *says)
    for name, (notebook, points, *says) in CLASS.items()
}
# A comment could be an answer in words.
MEMBERS["commented_out_check"].otherwise["why"] = State.WAITING
