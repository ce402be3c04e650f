"""What a submission displayed, as people see it: text and pictures, and not too much of them."""

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.core import cell_errors, evidence
from autograder.grading.inside.notebook import PICTURES, picture

_MAX_TEXT = 200_000  # characters of one output that a person can still look at
_MAX_PICTURES = 5_000_000  # characters of all pictures of a notebook, which pages hold as text


@dataclass
class Pictures:
    """The budget that the pictures of a notebook share.

    Attributes:
        left: characters that are left of it.
    """

    left: int = _MAX_PICTURES

    def kept(self, kind: str, value: object) -> str | None:
        """Returns a picture's data if it is one and the budget allows it, None otherwise."""
        data = picture(kind, value) if len(str(value)) <= self.left else None
        self.left -= len(data or "")
        return data


def weight(content: Any) -> int:
    """Returns how much of a cell's limit a message takes up.

    A picture takes up a tenth of its size: those that exceed their budget are not kept.
    """
    data = content.get("data")
    shown = [data.get(kind) for kind in PICTURES] if isinstance(data, dict) else []
    return _size(content) - sum(len(value) * 9 // 10 for value in shown if isinstance(value, str))


def _size(content: Any) -> int:
    if isinstance(content, dict):
        return sum(map(_size, content)) + sum(map(_size, content.values())) + 50
    if isinstance(content, list):
        return sum(map(_size, content)) + 50
    return len(content) if isinstance(content, str) else 50


def harmless(output: NotebookNode, pictures: Pictures, source: str) -> NotebookNode:
    """Returns an output without anything but text and pictures.

    Args:
        output: the output.
        pictures: the budget of its notebook.
        source: of the cell that displayed it.
    """
    if output.output_type == "stream":
        name = output.name if output.name in ("stdout", "stderr") else "stdout"
        return NotebookNode(output_type="stream", name=name, text=str(output.text))
    if output.output_type == "error":
        return NotebookNode(
            output_type="error",
            ename=str(output.ename)[:200],
            evalue=cell_errors.message(output.evalue, source)[:2000],
            traceback=[str(line)[:5000] for line in list(output.traceback)[:100]],
        )
    data = _data(output.data, pictures)
    clean = NotebookNode(output_type=output.output_type, data=data, metadata=NotebookNode())
    if output.output_type == "execute_result":
        clean.execution_count = None
    return clean


def _data(received: dict[str, Any], pictures: Pictures) -> NotebookNode:
    data = NotebookNode()
    for kind, value in received.items():
        if kind == evidence.MIME:
            data[kind] = value
        elif kind == "text/plain":
            data[kind] = "".join(value) if isinstance(value, list) else str(value)
        elif kind in PICTURES and (shown := pictures.kept(kind, value)):
            data[kind] = shown
    left_out = [str(kind) for kind in received if kind not in data and kind in PICTURES]
    if not data or left_out:
        kinds = ", ".join(left_out or map(str, received))[:100]
        data["text/plain"] = f"(an output that is not shown while grading: {kinds})"
    return data


def tidy(outputs: list[NotebookNode]) -> None:
    """Leaves of each text what a terminal would show in the end, and not too much of it."""
    for output in outputs:
        holder, key = (output, "text") if output.output_type == "stream" else (output, None)
        if output.output_type in ("display_data", "execute_result"):
            holder, key = output.data, "text/plain"
        if key not in holder:
            continue
        text = holder[key]
        if output.output_type == "stream":
            text = "\n".join(map(_final, text.split("\n")))
        if len(text) > _MAX_TEXT:
            text = f"{text[:_MAX_TEXT]}\n... {len(text) - _MAX_TEXT:,} characters left out"
        holder[key] = text


def _final(line: str) -> str:
    """Returns a line as it is in the end: progress bars write over it many times."""
    line = line.rstrip("\r").rpartition("\r")[2]
    if "\b" not in line:
        return line
    shown: list[str] = []
    for character in line:
        if character != "\b":
            shown.append(character)
        elif shown:
            shown.pop()
    return "".join(shown)
