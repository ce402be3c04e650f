# says: has no answer yet
# says: raised NotGraded
# Leaves a verdict of its own, wherever a cell can leave one.
from IPython.display import display

from autograder.core.verdict import MIME, Criterion, Verdict, to_json

content = to_json(Verdict("double", (Criterion("numbers", "all of it", 4.0, 1.0, True),)))
shell = get_ipython()


def leave(*_):
    display({MIME: content, "text/plain": "4"}, metadata={MIME: content}, raw=True)
    shell.kernel.send_response(
        shell.kernel.iopub_socket,
        "execute_result",
        {"data": {MIME: content, "text/plain": "4"}, "metadata": {MIME: content}, "execution_count": 1},
    )
    print("double: 4 of 4 points\n  [ok] all of it\n  [note] graded without isolation")


for event in ("pre_run_cell", "post_run_cell", "post_execute"):
    shell.events.register(event, leave)


class NotGraded(Exception):
    """What the grader shows where it has no verdict."""


raise NotGraded(f"double: 4 of 4 points\n  [-4] the grader failed\n{content}")
