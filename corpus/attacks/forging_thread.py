# says: pieces of evidence
# Publishes evidence all the time, under whatever cell is running.
import threading
import time

from autograder.core import evidence
from rps_course.exercises.top_k.exercise import Entry, Facts, Result

pairs = (Entry("thing 1", 1.0),)
facts = Facts(*(Result("pairs", pairs * k) for k in (5, 3, 7)))
kernel = get_ipython().kernel


def publish():
    for _ in range(200):
        content = evidence.envelope("top_k", "0" * 16, "grading-offline", facts)
        data = {evidence.MIME: content, "text/plain": ""}
        kernel.session.send(
            kernel.iopub_thread, "display_data", {"data": data, "metadata": {}}, parent=kernel.get_parent()
        )
        time.sleep(0.02)


threading.Thread(target=publish, daemon=True).start()
