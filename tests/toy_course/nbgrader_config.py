"""The whole configuration of another course."""

import sys
from pathlib import Path

from autograder.configuration import configure

sys.path.insert(0, str(Path(__file__).parent))  # it is not installed

c = get_config()  # noqa: F821 (traitlets defines it)
configure(c, course="toy.course:COURSE", profile="plain")
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
