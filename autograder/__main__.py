"""`python -m autograder` is the command `rps-grader`."""

import sys

from autograder.core.program import start


def main() -> int:
    """Runs `rps-grader`; returns its exit status."""
    return start("rps-grader", "autograder.cli")


if __name__ == "__main__":
    sys.exit(main())
