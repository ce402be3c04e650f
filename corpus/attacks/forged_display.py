# says: has no answer yet
# says: pieces of evidence
# Evidence before it is asked for, with every way to show it.
from IPython.display import display

from autograder.core import evidence
from autograder.core.challenge import Challenge
from rps_course.exercises.top_k.exercise import Entry, Facts, Result

pairs = (Entry("thing 1", 1.0),)
facts = Facts(*(Result("pairs", pairs * k) for k in (5, 3, 7)))
content = evidence.envelope(canary["exercises"][0], Challenge.fresh().id, "grading-offline", facts)
display({evidence.MIME: content, "text/plain": ""}, raw=True)
display({evidence.MIME: content, "text/plain": ""}, raw=True, display_id="mine")


def again(result):
    display({evidence.MIME: content, "text/plain": ""}, raw=True)
    display({evidence.MIME: content, "text/plain": ""}, raw=True, display_id="mine", update=True)


get_ipython().events.register("post_run_cell", again)
get_ipython().events.register("post_execute", lambda: again(None))
