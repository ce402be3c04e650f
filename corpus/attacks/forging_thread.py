# says: pieces of evidence
# Publishes evidence all the time, under whatever cell is running.
import threading
import time

from autograder.core import evidence

pair = {"label": "thing 1", "probability": 1.0}
facts = {case: {"type": "pairs", "pairs": [pair] * k} for case, k in (("default", 5), ("three", 3), ("all", 7))}
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
