"""Cells as honest students write them, which run elsewhere."""

from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.states import State
from odd_class.member import Member, complete, solved

SET_UP = "import numpy as np\nfrom toy import check"


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
        {"double": 0, "running_total": 0, "why": State.WAITING},
        "The notebook has no cell of this assignment",
        "Hand in the one that was released",
    ),
    "ends_its_kernel": (
        with_answer("import os\nos._exit(0)"), {"double": State.FAILED},
        "ended the notebook's kernel", "Does one call `exit`",
    ),
    "too_much_output": (
        with_answer("while True:\n    print('x' * 100_000)"), {"double": State.FAILED},
        "printed more than", "prints or displays in a long loop",
    ),
    "endless": (
        with_answer(
            "import time\ntry:\n    time.sleep(1000)\nexcept KeyboardInterrupt:\n"
            "    raise ValueError('no time')\nprint('went on')"
        ),
        {"double": State.FAILED}, "took longer than", "Which one does not end?",
    ),
}  # fmt: skip


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


HELPERS = {
    "helpers.py": "def times(x, n):\n    return n * x\n",
    "numpy.py": "raise RuntimeError('not this one')\n",
}
MEMBERS = {name: Member(complete(notebook)) for name, notebook in HONEST.items()}
MEMBERS |= {
    name: Member(complete(notebook), *expected) for name, (notebook, *expected) in AT_FAULT.items()
}
MEMBERS["own_module"] = Member(complete(HONEST["own_module"]) | HELPERS)
MEMBERS["pictures"] = Member(complete(with_pictures))
