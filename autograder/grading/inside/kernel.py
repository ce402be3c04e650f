"""The kernel that a submission runs in: IPython's, except that it runs test cells itself.

Started by `autograder.grading.kernels` as
`python -P kernel.py COURSE PROFILE heavy|light -f CONNECTION_FILE`.

A test cell is not run as code: names, IPython's transformers and events, and everything else that
earlier cells may have changed would take part. Its request carries exercise and challenge, and this
kernel first puts back what those cells replaced in the libraries, then probes the function with the
check as it was before any of the student's code ran. That makes forged facts expensive but not
impossible, since it is the same process. What protects grading is that the grader recomputes the
facts.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from autograder.core import check, evidence
from autograder.core.challenge import Challenge
from autograder.core.course import Course, Profile, load
from autograder.core.exercise import failure
from autograder.core.facts import Failure
from autograder.grading.inside.shell import ZMQInteractiveShell

# Packages that this kernel runs on and completes; a course adds those that its probes run on.
_OWN = frozenset({"autograder", "builtins", "IPython", "ipykernel", "jupyter_client", "zmq"})
_REPLACED_BY_KERNEL = {"input"}  # ipykernel puts its own in place while a cell runs
_WRAPPERS = (classmethod, staticmethod, property)
_HEAP_TYPE = 1 << 9  # types whose attributes Python code can set

course: Course
profile: Profile
kinds: dict[str, type]
settings: "Settings"


def _matters(value: Any) -> bool:
    """Whether a name stands for code; data may change while a library works."""
    return callable(value) or isinstance(value, (ModuleType, *_WRAPPERS))


class Pristine:
    """Libraries as they were, to be put back later.

    Attributes:
        prepared: whether those of the course are among them.
    """

    def __init__(self) -> None:
        self.prepared = False
        self._modules: dict[str, ModuleType] = {}
        self._names: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._classes: list[tuple[type, dict[str, Any]]] = []
        self._code: list[tuple[FunctionType, Any, Any, Any]] = []

    def remember(self, guarded: frozenset[str]) -> None:
        """Remembers packages as they are now."""
        modules = {
            name: module
            for name, module in list(sys.modules.items())
            if name.partition(".")[0] in guarded and isinstance(module, ModuleType)
        }
        names = [
            (vars(module), {k: v for k, v in list(vars(module).items()) if _matters(v)})
            for module in modules.values()
        ]
        found = {
            value
            for _, saved in names
            for value in saved.values()
            if isinstance(value, type)
            and value.__flags__ & _HEAP_TYPE
            and str(value.__module__).partition(".")[0] in guarded
        }
        classes = [(cls, dict(vars(cls))) for cls in found]
        functions = {
            function
            for _, saved in (*names, *classes)
            for value in saved.values()
            for function in _functions(value)
        }
        self._modules |= modules
        self._names += names
        self._classes += classes
        self._code += ((f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in functions)

    def restore(self) -> None:
        """Puts back modules, names, methods and the code of functions that were replaced."""
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
        for names, saved in self._names:
            for name, value in saved.items():
                if names.get(name) is not value and name not in _REPLACED_BY_KERNEL:
                    names[name] = value
        for cls, saved in self._classes:
            now = dict(vars(cls))
            for name in now.keys() | saved.keys():
                if name in saved:
                    if now.get(name) is not saved[name] and _matters(saved[name]):
                        type.__setattr__(cls, name, saved[name])
                elif _matters(now[name]):
                    type.__delattr__(cls, name)
        for function, code, defaults, keyword_defaults in self._code:
            if function.__code__ is not code:
                function.__code__ = code
            if function.__defaults__ is not defaults:
                function.__defaults__ = defaults
            if function.__kwdefaults__ is not keyword_defaults:
                function.__kwdefaults__ = keyword_defaults


def _functions(value: Any) -> list[FunctionType]:
    if isinstance(value, property):
        parts = [value.fget, value.fset, value.fdel]
    else:
        parts = [getattr(value, "__func__", value) if isinstance(value, _WRAPPERS) else value]
    return [part for part in parts if type(part) is FunctionType]


class Settings:
    """The settings of this process as they are now, to be put back for a while."""

    def __init__(self) -> None:
        """Remembers them."""
        self._variables = dict(os.environ)
        self._filters = list(warnings.filters)
        self._errors = np.geterr()

    @contextlib.contextmanager
    def put_back(self) -> Iterator[None]:
        """Puts them back, those of the course too, and in the end the notebook's own."""
        notebooks = dict(os.environ)
        # Variables that a notebook adds stay: its functions may need them.
        os.environ.update(self._variables)
        try:
            with warnings.catch_warnings(), np.errstate(**self._errors), course.settings():
                warnings.resetwarnings()
                warnings.filters.extend(self._filters)
                yield
        finally:
            os.environ.update(notebooks)


class PatientStream(OutStream):
    """Sends output in pieces that a grader can count, and waits until each one is on its way."""

    _piece = 1 << 20
    _unsent = 0

    def write(self, text: str) -> int:
        """Writes a text, however long."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        for start in range(0, len(text), self._piece):
            piece = text[start : start + self._piece]
            super().write(piece)
            self._unsent += len(piece)
            if self._unsent >= self._piece:
                self._unsent = 0
                self.flush()
        return len(text)


class GradingKernel(IPythonKernel):
    """IPython's kernel with a request for test cells."""

    shell_class = ZMQInteractiveShell

    def _probe(self, request: dict) -> dict:
        """Probes a function of the notebook and displays the evidence; returns the reply."""
        name = request["exercise"]
        reply = {"status": "ok", "execution_count": 0, "user_expressions": {}, "payload": []}
        self._forward_input(False)
        try:
            pristine.restore()
            sys.settrace(None)
            sys.setprofile(None)
            challenge = Challenge(bytes.fromhex(request["challenge"]))
            chosen = self._chosen_profile()
            if chosen is profile:
                function = eval(name, self.shell.user_ns)  # a NameError as everybody knows it
                with settings.put_back():
                    content = check.report(kinds[name](), function, challenge, profile)
            else:  # not to be graded, whatever the function does
                other = Failure("OtherProfile", "", "")
                content = evidence.envelope(name, challenge.id, chosen.name, other)
        except BaseException as error:
            raised = failure(error)
            said = {
                "ename": raised.type,
                "evalue": raised.message,
                "traceback": [f"{raised.type}: {raised.message}"],
            }
            self.send_response(self.iopub_socket, "error", said)
            return reply | {"status": "error"} | said
        finally:
            self._restore_input()
        data = {evidence.MIME: content, "text/plain": ""}
        self.send_response(
            self.iopub_socket, "display_data", {"data": data, "metadata": {}, "transient": {}}
        )
        return reply

    def _chosen_profile(self) -> Profile:
        """Returns the profile that the notebook runs under; it may have chosen one itself."""
        for name in course.chosen(self.shell.user_ns):
            if name != profile.name:
                return course.profile(name, False)
        return profile

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: dict | None = None,
        cell_id: str | None = None,
    ) -> dict:
        """Runs a cell; a test cell is probed instead."""
        if cell_meta and "autograder" in cell_meta:
            return self._probe(cell_meta["autograder"])
        reply = await super().do_execute(
            code,
            silent,
            store_history,
            user_expressions,
            allow_stdin,
            cell_meta=cell_meta,
            cell_id=cell_id,
        )
        return reply | {"line": self.shell.failed_line}


pristine = Pristine()


def prepare(loaded: Course) -> None:
    """Remembers the libraries of a course that has imported them, once for all forks."""
    pristine.remember(loaded.guarded - _OWN)
    pristine.prepared = True


def main(arguments: list[str]) -> None:
    """Runs a kernel."""
    global course, profile, kinds, settings
    address, chosen, heavy, *options = arguments
    course = load(address)
    profile = course.profile(chosen, True)
    # Kept apart, and made anew for each probe: the course's own can be replaced.
    kinds = {name: type(exercise) for name, exercise in course.exercises.items()}
    course.preload(heavy == "heavy")
    if not pristine.prepared:
        prepare(course)
    stream = f"{__name__}.PatientStream"
    app = IPKernelApp.instance(kernel_class=GradingKernel, outstream_class=stream)
    app.initialize(options)
    pristine.remember(_OWN)
    settings = Settings()
    sys.path.append("")  # what is handed in beside the notebook, and hides nothing
    app.start()


if __name__ == "__main__":
    main(sys.argv[1:])
