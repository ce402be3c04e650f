"""Exporters that remember nothing of the notebooks that they have written.

Those of nbconvert 7 keep the metadata of each. Results carry in there what they can be judged again
by, so that the results of a large class would fill the memory.
"""

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import Exporter, ResourcesDict
from nbformat import NotebookNode


class Forgetful(Exporter):
    """What an exporter has to derive from first."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, **kwargs: Any
    ) -> tuple[Any, ResourcesDict]:
        """Writes a notebook, and forgets it."""
        try:
            return super().from_notebook_node(nb, resources=resources, **kwargs)
        finally:
            vars(self).get("_nb_metadata", {}).clear()


class ResultExporter(Forgetful, NotebookExporter):
    """Writes results as notebooks."""
