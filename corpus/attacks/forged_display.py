# says: has no answer yet
# Evidence before it is asked for, with every way to show it.
from IPython.display import display

from autograder.core import evidence
from autograder.core.challenge import Challenge

pair = {"label": "thing 1", "probability": 1.0}
facts = {case: {"type": "pairs", "pairs": [pair] * k} for case, k in (("default", 5), ("three", 3), ("all", 7))}
content = evidence.envelope("top_k", Challenge.fresh().id, "grading-offline", facts)
display({evidence.MIME: content, "text/plain": ""}, raw=True)
display({evidence.MIME: content, "text/plain": ""}, raw=True, display_id="mine")


def again(result):
    display({evidence.MIME: content, "text/plain": ""}, raw=True)
    display({evidence.MIME: content, "text/plain": ""}, raw=True, display_id="mine", update=True)


get_ipython().events.register("post_run_cell", again)
get_ipython().events.register("post_execute", lambda: again(None))
