"""`python -m rps_course` is the command `rps-course`."""

import sys

from autograder.core.program import start


def main() -> int:
    """Runs `rps-course`; returns its exit status."""
    return start("rps-course", "rps_course.cli")


if __name__ == "__main__":
    sys.exit(main())
