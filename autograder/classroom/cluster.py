"""Where submissions are graded: in processes of this machine, or by workers of a Dask scheduler."""

import asyncio
import contextlib
import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from importlib import metadata
from multiprocessing import resource_tracker

import dask
import psutil
from distributed import Client, LocalCluster, Security
from distributed.comm import connect
from distributed.system import MEMORY_LIMIT

from autograder.sandbox import bubblewrap

GPU = "GPU"  # Dask's resource that workers with a GPU offer
_SECONDS = 10  # to find a scheduler, and one worker
_MB = 1 << 20
_LIGHT_MB, _HEAVY_MB = 300, 1500  # what a submission takes as a rule, with its grader
_TRAINING_MB = 5000  # the same where its model is trained in full
# Scheduler and client keep their last messages, with the submissions in them.
_LOGS = {"distributed.admin.low-level-log-length": 10}
_COMPARED = ("python", "dask", "distributed", "msgpack", "cloudpickle", "tornado")


class ClusterError(RuntimeError):
    """Submissions cannot be graded there; the message says why and what to do."""


def jobs(asked: int | None, heavy: bool, retrain: bool = False) -> int:
    """Returns how many submissions this machine grades at the same time.

    Args:
        asked: how many somebody asks for; None for as many as it has cores and memory for.
        heavy: whether kernels need the heavy part of what the course preloads.
        retrain: whether notebooks are run in full as well.

    Raises:
        ClusterError: it has no memory for so many.
    """
    each = (_TRAINING_MB if retrain else _HEAVY_MB) if heavy else _LIGHT_MB
    free = min(psutil.virtual_memory().available, MEMORY_LIMIT) // _MB
    most = max(1, free // each)
    if asked is None:
        return min(len(os.sched_getaffinity(0)), most)
    if asked > most:
        raise ClusterError(
            f"No memory for {asked} jobs: each one takes about {each:,} MB, and {free:,} MB are "
            f"free. Use --jobs {most}."
        )
    return asked


@contextlib.contextmanager
def local(count: int) -> Iterator[Client]:
    """Starts a worker on this machine, for some submissions at the same time.

    Scheduler and worker are reached from this machine only, and by TLS with keys that nobody else
    has: whoever could talk to them could run code in the name of whoever grades.
    """
    settings = {
        "distributed.scheduler.allowed-failures": 2,
        "distributed.admin.tick.limit": "1h",
        # What looks for slow code of workers takes CPU time itself.
        "distributed.admin.tick.interval": "1s",
        "distributed.worker.profile.enabled": False,
    }
    with (
        tempfile.TemporaryDirectory(prefix="rps-dask-") as folder,
        dask.config.set(settings | _LOGS),
    ):
        # An interrupt is for this process alone: others inherit that it is blocked.
        resource_tracker.ensure_running()  # it unblocks interrupts when it starts
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            cluster = LocalCluster(
                n_workers=1,
                threads_per_worker=count,
                processes=True,
                host="127.0.0.1",
                protocol="tls",
                security=Security.temporary(),
                dashboard_address=None,
                memory_limit=None,
                local_directory=folder,
                resources={GPU: 1} if bubblewrap.computes_on_gpu() else None,
                silence_logs=logging.CRITICAL,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        with cluster, Client(cluster) as client:
            yield client


@contextlib.contextmanager
def remote(address: str) -> Iterator[Client]:
    """Connects to a scheduler.

    Raises:
        ClusterError: it does not answer, has no workers, or runs other versions.
    """
    try:
        asyncio.run(_greet(address))
        with dask.config.set(_LOGS):
            client = Client(address, timeout=_SECONDS)
    except Exception as error:  # whatever listens there may say anything
        raise ClusterError(
            f"No Dask scheduler answers at {address} within {_SECONDS} seconds ({error!r}). It "
            "must run, and be reached from here: `dask scheduler --port 8786` (docs/cluster.md)."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"The scheduler at {address} has no workers. Start some: `dask worker {address} "
                "--nthreads N` (docs/cluster.md)."
            ) from error
        _compare(client, address)
        yield client


async def _greet(address: str) -> None:
    """Makes sure that a scheduler answers: a client waits for ever where something else listens."""
    connecting = connect(address, **Security().get_connection_args("client"))
    connection = await asyncio.wait_for(connecting, _SECONDS)
    await connection.close()


def gpus(client: Client) -> set[str]:
    """Returns the addresses of the workers that offer a GPU."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return {address for address, about in workers.items() if about["resources"].get(GPU)}


def _compare(client: Client, address: str) -> None:
    found = client.get_versions()
    own = found["client"]["packages"]
    others = {f"the scheduler at {address}": found["scheduler"]}
    others |= {f"the worker at {name}": about for name, about in found["workers"].items()}
    for where, about in others.items():
        theirs = about["packages"]
        different = [name for name in _COMPARED if _version(theirs, name) != _version(own, name)]
        if different:
            listed = ", ".join(f"{n} {theirs.get(n)} (here {own.get(n)})" for n in different)
            raise ClusterError(
                f"Other versions are installed for {where}: {listed}. Install the same there: "
                f"rps-course {metadata.version('rps-course')} with constraints.txt "
                "(docs/cluster.md)."
            )


def _version(packages: dict[str, str], name: str) -> str:
    """Returns the version of a package; of Python, the part that decides what runs."""
    version = str(packages.get(name))
    return ".".join(version.split(".")[:2]) if name == "python" else version
