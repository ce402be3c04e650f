"""What exporters and Dask keep of a class: nothing, however large it is."""

import gc
import weakref

import nbformat
import pytest

from autograder.classroom import cluster
from autograder.grading.exporting import ResultExporter
from autograder.grading.feedback import FeedbackExporter


@pytest.mark.parametrize("kind", [ResultExporter, FeedbackExporter])
def test_an_exporter_remembers_no_notebook(kind):
    exporter, alive = kind(), []
    for number in range(3):
        notebook = nbformat.v4.new_notebook()
        notebook.metadata.autograder = nbformat.NotebookNode(kept="x" * 1000)
        resources = {"metadata": {"name": "ps1", "path": f"autograded/s{number}/ps1"}}
        _, resources = exporter.from_notebook_node(notebook, resources)
        alive.append(weakref.ref(notebook.metadata))
    del notebook, resources
    gc.collect()
    held = [o for o in gc.get_objects() if type(o).__name__ == "NotebookNode" and "kept" in o]
    assert held == []
    assert [reference() for reference in alive] == [None] * 3


def test_scheduler_and_client_keep_few_messages():
    with cluster.local(1) as client:
        for number in range(30):
            assert (
                client.submit(len, bytes(100_000 + number), pure=False).result() == 100_000 + number
            )
        assert len(client.scheduler_comm.recent_message_log) <= 10
        kept = client.run_on_scheduler(
            lambda dask_scheduler: [
                len(comm.recent_message_log) for comm in dask_scheduler.stream_comms.values()
            ]
        )
        assert max(kept) <= 10
