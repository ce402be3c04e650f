"""Whether this machine can grade the class: its profile, and what grading under it needs.

The profile comes from the course's configuration, `nbgrader_config.py`, and not from the
environment of whoever grades. What it needs is looked at twice: on the machine, to say what to get,
and in the sandbox, where students' code has to find it.
"""

import json
import os
import sys

from traitlets import Unicode
from traitlets.config import LoggingConfigurable

from autograder.isolation import INSIDE, Isolation, Stopped
from rps_course import fetch, synthetic
from rps_course import profile as profiles

_FAILED = "failed"  # what `inside/ready.py` calls an exception of the libraries


class MachineError(RuntimeError):
    """This machine cannot grade the class; the message says what is wrong and what to do."""


class Grading(LoggingConfigurable):
    """How the class is graded; `nbgrader_config.py` may set it."""

    profile = Unicode(
        "standard", help="The profile that the class is taught with: standard or offline."
    ).tag(config=True)

    def course(self) -> profiles.Profile:
        """Returns the profile that kernels run under while grading.

        Raises:
            MachineError: the configuration names no profile of a class.
        """
        if self.profile not in profiles.BASES:
            raise MachineError(
                f"No class is graded under a profile {self.profile!r}. Allowed: "
                f"{', '.join(profiles.BASES)}. Correct c.Grading.profile in nbgrader_config.py."
            )
        chosen = os.environ.get("RPS_PROFILE", "").strip().removeprefix("grading-")
        if chosen and chosen != self.profile:
            self.log.warning(
                "RPS_PROFILE=%s has no effect on grading: the class's profile is %s "
                "(c.Grading.profile in nbgrader_config.py).",
                chosen,
                self.profile,
            )
        return profiles.get(f"grading-{self.profile}")


def require(grading: Grading, isolated: Isolation) -> None:
    """Makes sure that submissions can be graded here, before any is.

    Raises:
        MachineError: they cannot.
        autograder.isolation.IsolationError: there is no sandbox.
    """
    isolated.require()
    found = problem(grading.course(), isolated)
    if found:
        raise MachineError(f"Not graded: {found}")


def problem(course: profiles.Profile, isolated: Isolation, thorough: bool = False) -> str:
    """Returns what this machine lacks for grading under a profile, and what to do.

    Args:
        course: the profile that kernels will run under.
        isolated: how they will be isolated.
        thorough: whether to run the lines that students write, which takes TensorFlow's time.
    """
    lacking = fetch.problems() if course.data == "tfds" else {}
    if lacking:
        return (
            f"the grader's machine lacks data or weights of the {course.base} profile. "
            f"{_listed(lacking)} Run `rps-course fetch` where there is a network, or set "
            "TFDS_DATA_DIR and KERAS_HOME to folders that have them. (A class without a network "
            'takes the other profile: c.Grading.profile = "offline" in nbgrader_config.py.)'
        )
    if course.data == "synthetic":
        for split in synthetic.SPLITS:
            synthetic.pictures(split)  # fills the cache: sandboxes can read it but not write to it
    program = [sys.executable, "-P", INSIDE / "ready.py", course.name]
    try:
        said = isolated.run([*program, "--thorough"] if thorough else program, data=True)
        lacking = {str(name): str(what) for name, what in json.loads(said).items()}
    except (Stopped, ValueError, AttributeError) as error:
        return (
            f"a program that looks at data and weights in the sandbox {error}. Look at them with "
            "`rps-course doctor`; if a limit is too low, see docs/ta.md, Isolation."
        )
    if _FAILED in lacking:
        return f"loading data and weights fails in the sandbox: {lacking[_FAILED]}"
    if lacking:
        return (
            f"data and weights cannot be read in the sandbox. {_listed(lacking)} Students' code "
            "runs as another user there: allow everybody to read them, with "
            f"`chmod -R a+rX {fetch.data_folder()} {fetch.keras_folder()}`."
        )
    return ""


def _listed(lacking: dict[str, str]) -> str:
    return " ".join(f"{name}: {what.rstrip('.')}." for name, what in lacking.items())


if __name__ == "__main__":
    # What `rps-course doctor` asks: it must not import this package.
    from nbgrader.apps import NbGrader

    application = NbGrader()
    application.initialize([])  # reads nbgrader_config.py where there is one
    try:
        course = Grading(parent=application).course()
        print(problem(course, Isolation(parent=application), thorough=True))
    except MachineError as error:
        print(error)
