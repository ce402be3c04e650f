"""Whether this machine can grade the class: its profile, and what grading under it needs.

The profile comes from the course's configuration, `nbgrader_config.py`, and not from the
environment of whoever grades. What it needs is looked at twice: on the machine, to say what to get,
and in the sandbox, where students' code has to find it.
"""

import json
import os
import sys
from pathlib import Path

from traitlets import Bool, Unicode
from traitlets.config import LoggingConfigurable

from autograder.core import course as courses
from autograder.core.course import Course, CourseError, Profile
from autograder.core.rubric import Rubric, RubricError
from autograder.grading import inside
from autograder.sandbox.isolation import Isolation, Stopped

_FAILED = "failed"  # what `inside/ready.py` calls an exception of the libraries


class MachineError(RuntimeError):
    """This machine cannot grade the class; the message says what is wrong and what to do."""


class Grading(LoggingConfigurable):
    """What is graded; `nbgrader_config.py` sets it."""

    course = Unicode(help="Where the course is: package.module:NAME.").tag(config=True)
    profile = Unicode(help="The profile that the class is taught and graded with.").tag(config=True)
    private = Unicode(
        help="Folder with data of the instructor's that no student has; the course says of which "
        "kind. Handed-in files are measured by it."
    ).tag(config=True)
    rubric = Unicode(
        help="Folder with <exercise>.toml for exercises that the class has a rubric of its own for."
    ).tag(config=True)
    retrain = Bool(
        False,
        help="Run notebooks in full as well, and compare the files that they write with those that "
        "were handed in.",
    ).tag(config=True)

    def load(self) -> Course:
        """Returns the course.

        Raises:
            autograder.core.course.CourseError: there is none at this address, or no address.
        """
        if not self.course:
            raise CourseError(
                "No course is configured here. Run this in the course's root folder, where "
                "nbgrader_config.py is."
            )
        return courses.load(self.course)

    def load_rubric(self) -> Rubric:
        """Returns the rubric of the class.

        Raises:
            autograder.core.rubric.RubricError: it cannot be used.
        """
        return self.load().load_rubric(Path(self.rubric).absolute() if self.rubric else None)

    def variant(self) -> Profile:
        """Returns the profile of the class as kernels run under it, training at its shortest.

        Raises:
            MachineError: the configuration names no profile of the course.
        """
        course = self.load()
        if self.profile not in course.profiles:
            raise MachineError(
                f"No class is graded under a profile {self.profile!r}. Allowed: "
                f"{', '.join(course.profiles)}. Correct the profile in nbgrader_config.py."
            )
        return course.profile(self.profile, True)

    def warn_of_environment(self) -> None:
        """Warns whoever grades of a profile that they chose and that has no effect."""
        profile = self.variant()
        for name, value in self.load().environment(profile).items():
            chosen = os.environ.get(name, "")
            if value == profile.name and chosen not in ("", value, profile.base):
                self.log.warning(
                    "%s=%s has no effect on grading: the class's profile is %s "
                    "(nbgrader_config.py).",
                    name,
                    chosen,
                    self.profile,
                )


def require(grading: Grading, isolated: Isolation) -> None:
    """Makes sure that submissions can be graded here, before any is.

    Raises:
        MachineError: they cannot.
        autograder.sandbox.isolation.IsolationError: there is no sandbox.
        autograder.core.course.CourseError: the configuration names no course.
        autograder.core.rubric.RubricError: the rubric of the class cannot be used.
    """
    isolated.require()
    found = problem(grading, isolated)
    if found:
        raise MachineError(f"Not graded: {found}")
    grading.warn_of_environment()


def problem(grading: Grading, isolated: Isolation, thorough: bool = False) -> str:
    """Returns what this machine lacks for grading the class, and what to do.

    Args:
        grading: what is graded.
        isolated: how submissions will be isolated.
        thorough: whether to run the lines that students write, which takes TensorFlow's time.

    Raises:
        MachineError: the configuration names no profile of the course.
        autograder.core.course.CourseError: it names no course.
        autograder.core.rubric.RubricError: the rubric of the class cannot be used.
    """
    course, profile = grading.load(), grading.variant()
    grading.load_rubric()
    missing = lacks(course, profile)
    if missing:
        others = [name for name in course.profiles if name != grading.profile]
        return (
            f"the grader's machine {missing} (Other profiles of a class, to be set in "
            f"nbgrader_config.py: {', '.join(others) or 'none'}.)"
        )
    course.fill(profile)
    program = [sys.executable, "-P", inside.READY, grading.course, profile.base]
    program += ["--thorough"] if thorough else []
    try:
        said = isolated.run(program, course=course, profile=profile)
        lacking = {str(name): str(what) for name, what in json.loads(said).items()}
    except (Stopped, ValueError, AttributeError) as error:
        return (
            f"a program that looks at data and weights in the sandbox {error}. Look at them with "
            "`rps-course doctor`; if a limit is too low, see docs/ta.md, Isolation."
        )
    if _FAILED in lacking:
        return f"loading data and weights fails in the sandbox: {lacking[_FAILED]}"
    if lacking:
        home = course.home(profile)
        paths = " ".join(str(path) for path in (*home.shown.values(), *home.copies.values()))
        return (
            f"data and weights cannot be read in the sandbox. {_listed(lacking)} Students' code "
            f"runs as another user there: allow everybody to read them, `chmod -R a+rX {paths}`."
        )
    return ""


def lacks(course: Course, profile: Profile) -> str:
    """Returns what data or weights of a profile a machine lacks, and what to do; empty if none."""
    lacking = course.lacking(profile)
    if not lacking:
        return ""
    about = f"lacks data or weights of the {profile.base} profile."
    return f"{about} {_listed(lacking)} {course.remedy}"


def _listed(lacking: dict[str, str]) -> str:
    return " ".join(f"{name}: {what.rstrip('.')}." for name, what in lacking.items())


if __name__ == "__main__":
    # What `rps-course doctor` asks: a course does not import the engine's grading.
    from nbgrader.apps import NbGrader

    application = NbGrader()
    application.initialize([])  # reads nbgrader_config.py
    try:
        asked = Grading(parent=application)
        print(problem(asked, Isolation(parent=application), thorough=True))
    except (MachineError, courses.CourseError, RubricError) as error:
        print(error)
