"""One submission, one budget: submissions are graded in a process that this one watches.

nbgrader's loop over the class runs in a child. A submission that takes the child longer, or more
memory, than its budget allows, or that ends it, costs itself and not the class: it is refused with
the reason, and another child goes on.
"""

import asyncio
import contextlib
import contextvars
import gc
import logging
import multiprocessing
import os
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from nbgrader.converters.base import NbGraderException
from traitlets import Integer
from traitlets.config import LoggingConfigurable

from autograder.grading.machine import Grading
from autograder.sandbox import bubblewrap
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import end_with_parent

_MB = 1 << 20
_PATIENCE = 20  # seconds that a child has for cleaning up when it is interrupted
_MEMORY = 77  # status of a child that had no memory left

Send = Callable[..., None]


class Budget(LoggingConfigurable):
    """What grading one submission may take of the grader; `nbgrader_config.py` may set it."""

    seconds = Integer(
        900, help="Seconds for reading, judging and writing a submission, besides its cells' time."
    ).tag(config=True)
    memory_mb = Integer(
        6000, help="Memory of the grader's own process, in MB; that of cells is Isolation's."
    ).tag(config=True)

    def allowed(self, notebooks: int) -> int:
        """Returns the seconds that a submission of so many notebooks may take in all."""
        isolation = Isolation(parent=self)
        each = isolation.notebook_timeout
        if Grading(parent=self).retrain:
            each += isolation.retrain_timeout
        return self.seconds + notebooks * each


class Exceeded(Exception):
    """A child could not go on; the message says what the submission did, for a student."""


class Crashed(Exceeded):
    """The child's process ended; that may have been the machine's doing."""


class Child:
    """A process that grades, seen from the one that watches it.

    Attributes:
        begun: the student whose submission it grades; empty before and after.
    """

    def __init__(self, work: Callable[[Send], None], budget: Budget, log: logging.Logger) -> None:
        """Starts it.

        Args:
            work: what it does; told how to send messages.
            budget: of each submission.
            log: a log, which it sends on to this process.
        """
        self.begun = ""
        self._log, self._budget = log, budget
        # What is being killed may still write there: that must not stop the class.
        self._room = tempfile.TemporaryDirectory(prefix="g-", ignore_cleanup_errors=True)
        context = multiprocessing.get_context("fork")
        self._messages, theirs = context.Pipe(duplex=False)
        arguments = (work, budget, log, self._room.name, theirs)
        self._process: BaseProcess = context.Process(target=_grade, args=arguments)
        self._process.start()
        theirs.close()
        self._deadline = float("inf")

    def watch(self, receive: Callable[..., None]) -> None:
        """Takes its messages until it has ended.

        Args:
            receive: takes messages that are not about the child itself.

        Raises:
            Exceeded: a submission took more than its budget, or ended the child.
            Crashed: the child ended; something else may have ended it.
            NbGraderException: what nbgrader stopped at.
        """
        try:
            self._take_all(receive)
        except KeyboardInterrupt:
            self._interrupt()
            raise
        finally:
            self._process.kill()
            self._process.join()
            self._messages.close()
            self._room.cleanup()

    def _take_all(self, receive: Callable[..., None]) -> None:
        while True:
            if not self._messages.poll(min(60, max(0, self._deadline - time.monotonic()))):
                if time.monotonic() >= self._deadline:
                    raise Exceeded(f"took longer than {self._allowed:,} seconds to grade")
                continue
            try:
                kind, *said = self._messages.recv()
            except EOFError:
                raise self._how_it_ended() from None
            if kind == "log":
                self._log.handle(*said)
            elif kind == "begin":
                self.begun, self._allowed = said
                self._deadline = time.monotonic() + self._allowed
            elif kind == "end":
                self.begun, self._deadline = "", float("inf")
            elif kind == "raised":
                raise said[0]
            elif kind == "finished":
                return
            else:
                receive(kind, *said)

    def _how_it_ended(self) -> Exceeded:
        self._process.join()
        status = self._process.exitcode
        if status == _MEMORY:
            most = f"{self._budget.memory_mb:,} MB"
            return Exceeded(f"took more than {most} of memory to read and judge")
        ended = signal.Signals(-status).name if status and status < 0 else f"status {status}"
        return Crashed(f"ended the process that graded it ({ended})")

    def _interrupt(self) -> None:
        """Lets it clean up; another interrupt ends it at once."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGINT)
        self._deadline, self._allowed = time.monotonic() + _PATIENCE, _PATIENCE
        with contextlib.suppress(Exceeded, NbGraderException):
            self._take_all(lambda *_: None)


@contextlib.contextmanager
def interrupted_to_end() -> Iterator[None]:
    """Takes what ends this process for an interrupt meanwhile, so that it cleans up."""
    default = [s for s in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(s) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        default = []  # Python lets no other thread set a handler
    for kind in default:
        signal.signal(kind, signal.default_int_handler)
    try:
        yield
    finally:
        for kind in default:
            signal.signal(kind, signal.SIG_DFL)


def out_of_memory() -> None:
    """Ends this process, a child that has no memory left."""
    os._exit(_MEMORY)


class _Forward(QueueHandler):
    """Sends records of a log to the process that watches."""

    def enqueue(self, record: logging.LogRecord) -> None:
        self.queue.send(("log", record))  # type: ignore[union-attr]


def _grade(
    work: Callable[[Send], None],
    budget: Budget,
    log: logging.Logger,
    room: str,
    messages: Connection,
) -> None:
    """Works, as the child."""
    gc.freeze()  # what ends an object of the parent's may need threads that are not here
    os.setpgid(0, 0)  # whoever watches passes an interrupt on, once
    end_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for kind in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_DFL)
    if not bubblewrap.gpu_devices():  # their libraries reserve far more than they use
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (budget.memory_mb * _MB, hard))
    tempfile.tempdir = room  # what it leaves there, however it ends, is removed
    # In formgrader's server a loop is running, here it is not; jupyter_core 5.9 remembers it in a
    # context variable, so the work has a context of its own.
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(asyncio.new_event_loop())
    log.handlers, log.propagate = [_Forward(messages)], False  # type: ignore[arg-type]
    try:
        contextvars.Context().run(work, lambda *message: messages.send(message))
    except KeyboardInterrupt:
        return
    except Exception as error:
        messages.send(("raised", NbGraderException(str(error))))
    else:
        messages.send(("finished",))
