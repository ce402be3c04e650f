"""What people are told of an error in a cell, without the file that IPython invents for it."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.core import cell_errors


@pytest.mark.parametrize("file", ["3299290080.py", "<ipython-input-3-ab12cd34ef56>"])
def test_the_line_is_that_of_the_cell(file):
    said = cell_errors.message(f"expected ':' ({file}, line 3)")
    assert said == "expected ':' (line 3 of the cell)"


@pytest.mark.parametrize("said", ["expected ':' (helper.py, line 3)", "(12.py)", "no file", ""])
def test_a_file_that_is_there_is_named(said):
    assert cell_errors.message(said) == said


@pytest.mark.parametrize(("blank", "line"), [("", 2), ("\n\n", 4)])
def test_the_shells_own_errors_are_told_so(blank, line):
    source = f"{blank}x = 1\ndef f()\n    pass"
    result = InteractiveShell().run_cell(source, silent=True)
    said = cell_errors.message(result.error_before_exec, source)
    assert said == f"expected ':' (line {line} of the cell)"
