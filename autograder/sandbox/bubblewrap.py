"""bubblewrap's arguments: what a sandbox holds, and what it is separated from."""

import os
import shutil
import site
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import autograder

START = Path(__file__).parent / "start.py"
_ENGINE = Path(autograder.__file__).parent
# What of the engine programs in the sandbox import and run.
_CODE = (
    _ENGINE / "__init__.py", _ENGINE / "core", _ENGINE / "grading/__init__.py",
    _ENGINE / "grading/inside", START,
)  # fmt: skip
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
_PYTHON = ("bin", "lib", "lib64", "share", "etc", "pyvenv.cfg")
_HIDDEN = (Path("/proc/keys"), Path("/proc/key-users"))  # of whoever grades
# What computing needs: not what debuggers, displays and switches between GPUs have.
_GPU = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "nvidia-caps", "dri", "kfd")
_MB = 1 << 20


def arguments(
    *,
    as_root: bool,
    disk_mb: int,
    folders: Iterable[Path],
    copies: Mapping[Path, Path],
    hidden: Iterable[Path],
    submission: Path | None,
    exchange: Path | None,
) -> list[str]:
    """Returns bubblewrap and its arguments, all but those for the home folder and the program.

    Args:
        as_root: whether root starts it: then it needs no user namespace.
        disk_mb: size of the scratch.
        folders: what can be read, besides the system, this Python and the engine.
        copies: what stands in place of some of them.
        hidden: folders that cannot be seen even where a readable one holds them.
        submission: folder with a submission's files.
        exchange: folder that can be written to, for sockets.
    """
    made = [
        shutil.which("bwrap") or "bwrap",
        "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-net",
        "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox",
    ]  # fmt: skip
    if as_root:
        # It stops being root as soon as its files are in place.
        made += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        made += ["--unshare-user"]
    for link in map(Path, _SYSTEM_LINKS):
        if link.is_symlink():
            made += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            made += ["--ro-bind", str(link), str(link)]
    # Before all else: what is to be read may itself be in the machine's /tmp.
    made += _scratch("/tmp", disk_mb)
    shown = _readable(folders)
    for path in shown:
        made += [*_parents(path), "--ro-bind", str(path), str(path)]
    for path, copy in copies.items():
        for place in _places(path, shown):
            made += ["--ro-bind", str(copy), str(place)]
    for path in (*hidden, Path.home()):
        for place in _places(path, shown):
            made += ["--tmpfs", str(place)]
    for link in _links_to_python(shown):
        made += [*_parents(link), "--symlink", str(link.readlink()), str(link)]
    made += ["--proc", "/proc", "--dev", "/dev"]
    for path in filter(Path.exists, _HIDDEN):
        made += ["--ro-bind", "/dev/null", str(path)]
    made += _scratch("/dev/shm", disk_mb // 4)
    gpus = gpu_devices()
    for device in gpus:
        made += ["--dev-bind", str(device), str(device)]
    made += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    if gpus:
        made += ["--ro-bind", "/sys", "/sys"]
    if submission:
        made += [*_parents(submission), "--ro-bind", str(submission), str(submission)]
    if exchange:
        made += [*_parents(exchange), "--bind", str(exchange), str(exchange)]
    return made


def gpu_devices() -> list[Path]:
    """Returns the device files of the GPUs of this machine."""
    return sorted(device for pattern in _GPU for device in Path("/dev").glob(pattern))


def computes_on_gpu() -> bool:
    """Whether one of them is made for computing, and not for a display alone."""
    return any(device.name.startswith(("nvidia", "kfd")) for device in gpu_devices())


def _scratch(path: str, megabytes: int) -> list[str]:
    return ["--perms", "1777", "--size", str(megabytes * _MB), "--tmpfs", path]


def _readable(folders: Iterable[Path]) -> list[Path]:
    """Returns the system's and this Python's folders and these further ones, outer ones first."""
    paths = {Path("/usr"), *_CODE, *folders} | {Path("/etc") / name for name in _ETC}
    for prefix in (sys.prefix, sys.base_prefix):
        if not Path(prefix).is_relative_to("/usr"):
            paths |= {Path(prefix) / name for name in _PYTHON}
    if site.ENABLE_USER_SITE:
        paths.add(Path(site.getusersitepackages()))
    paths |= {
        Path(name) for name in os.environ.get("LD_LIBRARY_PATH", "").split(":") if name[:1] == "/"
    }
    found = {path for path in paths if path.exists()}
    return sorted(found, key=lambda path: len(path.parts))


def _links_to_python(shown: Iterable[Path]) -> Iterator[Path]:
    """Yields the links to this Python that are not in what is shown, such as `~/bin/python3`."""
    path = Path(sys.executable)
    while path.is_symlink():
        if not any(path.is_relative_to(outer) for outer in (*shown, *_SYSTEM_LINKS)):
            yield path
        path = Path(os.path.normpath(path.parent / path.readlink()))


def _places(path: Path, shown: Iterable[Path]) -> Iterator[Path]:
    """Yields where a path can be seen: a virtual environment's `lib64` is a link to its `lib`."""
    real = path.resolve()
    for outer in shown:
        if real.is_relative_to(outer.resolve()):
            yield outer / real.relative_to(outer.resolve())


def _parents(path: Path) -> Iterable[str]:
    """Returns arguments that make a path's parents readable, even for one from a private home."""
    for parent in reversed(path.parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))
