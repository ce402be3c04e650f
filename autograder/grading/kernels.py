"""Starts a submission's kernel in the sandbox, for nbclient.

`IsolatedKernelManager` is what nbclient's `kernel_manager_class` takes. The kernel talks through
sockets in a folder of its own (IPC), since it has no network.
"""

import contextlib
import os
import shutil
import signal
import stat
import sys
import tempfile
import typing
from pathlib import Path

import psutil
import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any, Bool, Dict, Instance, List, Type, Unicode, default

from autograder.core.course import Course
from autograder.grading import inside
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import Started, kill_tree
from autograder.sandbox.warm import Warm
from autograder.sandbox.watchdog import Problem, Watchdog

_MAX_MESSAGE_BYTES = 48 << 20
_MAX_WAITING_MESSAGES = 16
_CONNECTION_FILE = "kernel.json"


class IsolatedProvisioner(LocalProvisioner):
    """Starts a kernel in the sandbox, enforces its limits, and removes what it leaves behind."""

    started: Started
    watchdog: Watchdog | None = None
    scratch: Path | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: typing.Any) -> dict:
        """Starts the kernel; the command that the kernel's specification gives is not used."""
        manager: IsolatedKernelManager = self.parent
        isolation = manager.isolation
        if isolation.unsafe:
            self.scratch = Path(tempfile.mkdtemp(prefix="autograder-scratch-"))
        arguments = [sys.executable, "-P", inside.KERNEL, manager.address, manager.profile.base]
        arguments.append("heavy" if manager.heavy else "light")
        arguments += ["-f", manager.connection_file, "--HistoryManager.hist_file=:memory:"]
        folder = kwargs.get("cwd")
        self.started = isolation.start(
            arguments,
            folder=Path(folder).absolute() if folder else None,
            exchange=manager.exchange,
            hidden=manager.hidden,
            scratch=self.scratch,
            course=manager.course,
            profile=manager.profile,
            copies=manager.copies,
            warm=manager.warm,
        )
        self.process = self.started.process
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        self.watchdog = Watchdog(self.started.roots, isolation, also=manager.tampering)
        self.watchdog.start()
        return self.connection_info

    async def poll(self) -> int | None:
        """Returns the status of a kernel that has ended, and leaves its process uncollected.

        Until `cleanup` has killed what it started, its number must stay taken.
        """
        if not self.process or self.process.returncode is not None:
            return 0
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return None if ended is None else ended.si_status

    async def send_signal(self, signum: int) -> None:
        """Sends a signal; an interrupt goes to the kernel itself and not to the sandbox."""
        if signum == signal.SIGINT:
            with contextlib.suppress(psutil.NoSuchProcess, IndexError):
                self.started.program.send_signal(signum)
        else:
            kill_tree(self.pid)

    async def cleanup(self, restart: bool = False) -> None:
        """Ends what is left and removes the kernel's folders."""
        if self.watchdog:
            self.watchdog.stop()
        if self.process and self.process.returncode is None:
            self.started.end()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


class LimitedClient(AsyncKernelClient):
    """Talks to a kernel that may send anything: messages that are too large are never loaded.

    Attributes:
        request: what the next cell to execute is probed for; None to run it as code.
    """

    request: dict | None = None

    def execute(self, code: str, **options: typing.Any) -> str:
        """Sends a cell to the kernel; returns the message's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        } | options
        metadata = {"autograder": self.request} if self.request else None
        message = self.session.msg("execute_request", content, metadata=metadata)
        self.shell_channel.send(message)
        return message["header"]["msg_id"]

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE_BYTES)
        context.setsockopt(zmq.RCVHWM, _MAX_WAITING_MESSAGES)
        return context


class IsolatedKernelManager(AsyncKernelManager):
    """Manages one kernel in the sandbox."""

    client_factory = Type(LimitedClient, klass=AsyncKernelClient)
    isolation = Instance(Isolation)
    course = Instance(Course)
    address = Unicode(help="Where the kernel finds the course.")
    profile = Any(help="The profile that the kernel runs under.")
    heavy = Bool(
        True, help="Whether the kernel imports the heavy part of what the course preloads."
    )
    copies = Dict(help="What the kernel finds in place of the course's folders.")
    hidden = List(Instance(Path), help="Folders that the kernel must not see.")

    def __init__(self, **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.exchange = Path(tempfile.mkdtemp(prefix="autograder-kernel-"))
        self.transport = "ipc"
        self.ip = str(self.exchange / "k")
        self.connection_file = str(self.exchange / _CONNECTION_FILE)

    @property
    def warm(self) -> Warm | None:
        """The process that forks kernels like this one, if there can be one."""
        return self.isolation.warm(
            self.course, self.address, self.profile, self.heavy, inside.WARM, self.copies
        )

    async def _async_pre_start_kernel(
        self, **kwargs: typing.Any
    ) -> tuple[list[str], dict[str, typing.Any]]:
        self.provisioner = IsolatedProvisioner(
            kernel_id="isolated", kernel_spec=self.kernel_spec, parent=self
        )
        return await super()._async_pre_start_kernel(**kwargs)

    def tampering(self) -> Problem | None:
        """Returns what is wrong in the folder of sockets, where the kernel can write."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self.exchange) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                ours = entry.name == _CONNECTION_FILE and found.st_size < 10_000
                if not (stat.S_ISREG(found.st_mode) if ours else stat.S_ISSOCK(found.st_mode)):
                    said = "wrote into the folder of the kernel's own connection"
                    return Problem(said, "connection")
        return None

    @property
    def problem(self) -> Problem | None:
        """Which limit the kernel exceeded; None while it has not."""
        watchdog = self.provisioner.watchdog if self.provisioner else None
        return watchdog.problem if watchdog else None

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        shutil.rmtree(self.exchange, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
