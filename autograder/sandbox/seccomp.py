"""The system calls that programs in a sandbox are refused: nothing honest needs them.

libseccomp compiles the filter, which `start.py` and forks of a warm process load for themselves.
"""

import contextlib
import errno
import tempfile
from functools import cache
from typing import Any

# Namespaces, mounts and the like: a way to more of the Linux kernel than a notebook needs.
_REFUSED = (
    "unshare", "setns", "mount", "umount2", "move_mount", "open_tree", "mount_setattr", "fsopen",
    "fsconfig", "fsmount", "fspick", "pivot_root", "chroot", "swapon", "swapoff", "quotactl",
    # Keys of whoever grades.
    "keyctl", "add_key", "request_key",
    # Other processes.
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "process_madvise", "pidfd_getfd",
    # Parts of the kernel that have had many holes.
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "init_module", "finit_module", "delete_module", "kexec_load",
    "kexec_file_load", "open_by_handle_at", "name_to_handle_at", "acct", "reboot", "syslog",
    "personality", "vhangup", "fanotify_init", "lookup_dcookie", "iopl", "ioperm", "modify_ldt",
    # Memory that no limit counts.
    "memfd_create", "memfd_secret", "mlockall", "mlock", "mlock2", "shmget", "msgget", "semget",
)  # fmt: skip
# `flock` works on files that can only be read, and is felt by all who read them.
_NO_LOCKS = "flock"
_NEW_NAMESPACES = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
)  # fmt: skip


class SeccompError(RuntimeError):
    """There is no libseccomp on this machine."""


@cache
def program() -> bytes:
    """Returns the filter as the Linux kernel takes it: BPF instructions of 8 bytes each.

    Raises:
        SeccompError: there is no libseccomp.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise SeccompError(str(error)) from error
    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refused = pyseccomp.ERRNO(errno.EPERM)
    for name in _REFUSED:
        _add(calls, refused, name)
    _add(calls, pyseccomp.ERRNO(errno.ENOLCK), _NO_LOCKS)
    for flag in _NEW_NAMESPACES:
        _add(calls, refused, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # Its flags are in memory, where no filter can look: the C library then takes `clone`.
    _add(calls, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(calls: Any, action: int, name: str, *arguments: Any) -> None:
    # A libseccomp that does not know a call is older than the Linux kernels that have it.
    with contextlib.suppress(OSError):
        calls.add_rule(action, name, *arguments)
