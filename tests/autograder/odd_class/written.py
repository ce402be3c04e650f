"""Answers in words: only one that is surely blank gets its 0 without a person."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from toy_class import UNANSWERED, find

from autograder.grading.states import State
from odd_class.member import Member, complete, solved

ANSWER = "Freezing keeps what was learned."


def answered(text=ANSWER, **answers):
    notebook = solved(**answers)
    find(notebook, "why").source = text
    return notebook


def stripped():
    notebook = answered()
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def below():
    notebook = solved()
    notebook.cells.append(new_markdown_cell(ANSWER))
    return notebook


def blank_copy_at_the_end():
    notebook = answered()
    about = find(notebook, "why").metadata
    notebook.cells.append(new_markdown_cell(UNANSWERED, metadata=about))
    return notebook


def in_a_comment():
    notebook = solved()
    notebook.cells.append(new_code_cell(f"# {ANSWER}"))
    return notebook


def in_the_question():
    notebook = solved()
    cell = next(c for c in notebook.cells if c.source.startswith("Why?"))
    cell.source += f"\n{ANSWER}"
    return notebook


def as_code():
    notebook = solved()
    index = notebook.cells.index(find(notebook, "why"))
    about = notebook.cells[index].metadata
    notebook.cells[index] = new_code_cell(f"'{ANSWER}'", metadata=about)
    return notebook


def placeholder_deleted():
    notebook = below()
    notebook.cells.remove(find(notebook, "why"))
    return notebook


def of_another_type():
    notebook = json.loads(nbformat.writes(solved()))
    notebook["cells"].append({"cell_type": "text", "metadata": {}, "source": ANSWER})
    return json.dumps(notebook)


WAITING = {
    "answered": answered,
    "answered_as_code": as_code,
    "answered_below": below,
    "answered_above_a_blank_copy": blank_copy_at_the_end,
    "answered_in_a_cell_of_another_type": of_another_type,
    "answered_in_a_comment": in_a_comment,
    "answered_in_the_question": in_the_question,
    "answered_in_place_of_the_placeholder": placeholder_deleted,
    "answered_without_metadata": stripped,
}
BLANK = {
    "unanswered": solved,
    "unanswered_with_white_space": lambda: answered(f"\n{UNANSWERED}  \n"),
}
MEMBERS = {name: Member(complete(n), {"why": State.WAITING}) for name, n in WAITING.items()}
MEMBERS |= {name: Member(complete(notebook)) for name, notebook in BLANK.items()}
