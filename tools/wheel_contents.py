"""Puts the released problem sets into the wheel, for `rps-course start`.

Only what is released: whatever else lies in `assignments/` stays out of the wheel.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProblemSets(BuildHookInterface):
    """Hatchling's hook; it does nothing for an editable installation, which finds the clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Names the files."""
        if version == "editable":
            return
        root = Path(self.root) / "assignments"
        notebooks = [p for p in root.glob("*/*.ipynb") if p.stem == p.parent.name]
        for path in sorted([*notebooks, *root.glob("*/rubric/*.toml")]):
            inside = Path("rps_course/problem_sets") / path.relative_to(root)
            build_data["force_include"][str(path)] = inside.as_posix()
