"""The sandbox itself: what is seen in it, what it limits, and that nothing is left of it.

A program starts in it cold or is forked by a warm process; all of this holds for both.
"""

import contextlib
import errno
import os
import platform
import subprocess
import sys
import time
import venv
from pathlib import Path

import psutil
import pytest
import sandbox
import toy_class
from nbgrader_course import ROOT

from autograder.core import course as courses
from autograder.sandbox.isolation import Isolation, IsolationError, Stopped, problem

PROGRAM = Path(__file__).parent / "execute_code.py"
LIMITS = {"memory_mb": 500, "disk_mb": 50, "file_mb": 20, "processes": 20}


@pytest.fixture(params=["cold", "warm"])
def isolation(request, monkeypatch):
    sandbox.require()
    monkeypatch.syspath_prepend(toy_class.TOY)
    return Isolation(**LIMITS), request.param == "warm"


def command(code):
    return [sys.executable, "-P", PROGRAM, code]


def warm(isolation):
    """The warm process, which serves all tests."""
    course = courses.load("toy.course:COURSE")
    profile = course.profile("plain", True)
    return isolation.warm(course, "toy.course:COURSE", profile, False, [PROGRAM])


def run(isolation, code, *, timeout=120, answer_mb=1, folder=None):
    isolation, is_warm = isolation
    return isolation.run(
        command(code),
        folder=folder,
        readable=[PROGRAM],
        warm=warm(isolation) if is_warm else None,
        timeout=timeout,
        answer_mb=answer_mb,
    ).decode()


def test_a_program_runs_in_a_copy_of_the_folder(isolation, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/data.txt").write_text("42")
    (tmp_path / "link").symlink_to("/etc/passwd")
    code = "import os; print(open('sub/data.txt').read(), os.listdir('.')); open('new', 'w')"
    assert run(isolation, code, folder=tmp_path) == "42 ['sub']\n"
    assert not (tmp_path / "new").exists()


def test_the_machine_is_out_of_sight(isolation, monkeypatch):
    monkeypatch.setenv("RPS_SECRET", "s3cret")
    code = (
        "import os, pathlib, socket\n"
        f"course = pathlib.Path({str(ROOT)!r})\n"
        "print((course / 'solutions').exists(), (course / 'nbgrader_config.py').exists())\n"
        "print('RPS_SECRET' in os.environ, os.path.exists('/etc/passwd'), os.listdir('/tmp'))\n"
        "print(sorted(p for p in os.listdir('/proc') if p.isdigit()), socket.gethostname())\n"
        "print(os.listdir('/sys/class/net') if os.path.exists('/sys/class/net') else 'no net')\n"
    )
    seen = run(isolation, code).split("\n")
    assert seen[0] == "False False"
    assert seen[1].startswith("False False")
    assert seen[2] in ("['1', '2'] sandbox", "['1', '2', '3'] sandbox")
    assert seen[3] == "no net"


def test_nothing_but_scratch_can_be_written(isolation):
    code = (
        "import os, sys, autograder\n"
        "for path in ('/x', '/dev/x', '/usr/x', '/etc/x', os.__file__, autograder.__file__):\n"
        "    try:\n"
        "        open(path, 'a')\n"
        "        print('wrote', path)\n"
        "    except OSError:\n"
        "        pass\n"
        "open('/tmp/x', 'w'), open('/dev/shm/x', 'w'), open('x', 'w')\n"
        "print(os.getuid() != 0, open('/proc/self/status').read().split('CapEff:')[1].split()[0])"
    )
    assert run(isolation, code) == "True 0000000000000000\n"


def test_the_network_is_not_there(isolation):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import socket\n"
            "try:\n"
            f"    socket.create_connection(('127.0.0.1', {port}), 2)\n"
            "except OSError as error:\n"
            "    print('refused')\n"
        )
        assert run(isolation, code) == "refused\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import time; time.sleep(100)", "took longer than 2 seconds"),
        ("import os\nwhile True: os.fork()", "started more than 20 processes"),
        (
            "import os, time\n"
            "for _ in range(5): os.fork() or (bytearray(b'x') * 200_000_000, time.sleep(60))\n"
            "time.sleep(60)",
            "used more than 500 MB of memory",
        ),
        ("while True: print('x' * 100000)", "gave more than 1 MB"),
        ("import os; os.kill(os.getpid(), 9)", "stopped with status"),
    ],
)
def test_what_exceeds_a_limit_is_stopped_and_nothing_is_left(isolation, code, says):
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    seconds = 2 if "seconds" in says else 60
    with pytest.raises(Stopped, match=says):
        run(isolation, code, timeout=seconds)
    time.sleep(0.3)
    after = {process.pid for process in psutil.Process().children(recursive=True)}
    assert after <= before


def test_one_process_gets_no_more_than_its_share(isolation):
    code = (
        "import errno\n"
        "def fill(path, megabytes):\n"
        "    try:\n"
        "        with open(path, 'wb') as file:\n"
        "            file.write(b'x' * megabytes * 1_000_000)\n"
        "        return 'written'\n"
        "    except OSError as error:\n"
        "        return errno.errorcode[error.errno]\n"
        "try:\n"
        "    bytearray(10 ** 10)\n"
        "except MemoryError:\n"
        "    print('MemoryError')\n"
        "print(fill('large', 30), *(fill(f'file {i}', 15) for i in range(3)))\n"
    )
    # 20 MB for one file, 50 MB for all of them: the first 20 of the large one are there.
    assert run(isolation, code).split() == ["MemoryError", "EFBIG", "written", "written", "ENOSPC"]


def test_a_child_does_not_outlive_its_sandbox(isolation):
    marker = f"left-behind-{os.getpid()}"
    code = (
        "import subprocess, sys\n"
        f"code = 'import time; time.sleep(60)  # {marker}'\n"
        "subprocess.Popen([sys.executable, '-c', code], start_new_session=True,\n"
        "                 stdout=subprocess.DEVNULL)\n"
    )
    run(isolation, code)
    time.sleep(0.3)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            assert marker not in " ".join(process.cmdline()) or process.pid == os.getpid()


def test_it_works_as_an_ordinary_user():
    sandbox.require()
    code = (
        "import sys\n"
        "from autograder.sandbox.isolation import Isolation, problem\n"
        "assert problem() == '', problem()\n"
        "look = \"import os; print(os.getuid(), os.path.exists('/etc/passwd'))\"\n"
        "print(Isolation().run([sys.executable, '-c', look]).decode())\n"
    )
    done = subprocess.run(
        sandbox.as_ordinary_user(sys.executable, "-c", code),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    user = "12345" if os.geteuid() == 0 else str(os.geteuid())
    assert done.stdout.split() == [user, "False"]


def without_bubblewrap(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_python_behind_links_is_found(tmp_path):
    """As `~/.local/bin/python3` is one, and what a virtual environment is made from."""
    sandbox.require()
    links = [tmp_path / name / "python3" for name in ("first", "second")]
    python = Path(sys.executable)
    for link in links:
        link.parent.mkdir()
        link.symlink_to(os.path.relpath(python, link.parent))
        python = link
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    (environment / "bin/python").unlink()
    (environment / "bin/python").symlink_to(python)
    code = f"import sys; sys.path += {sys.path!r}; from autograder.sandbox import isolation as i; "
    code += "print(i.problem())"
    done = subprocess.run(
        [environment / "bin/python", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_without_bubblewrap_there_is_an_explanation(monkeypatch, tmp_path):
    without_bubblewrap(monkeypatch, tmp_path)
    assert "apt install bubblewrap" in problem()
    with pytest.raises(IsolationError, match=r"Isolation\.unsafe=True"):
        Isolation().require()
    Isolation(unsafe=True).require()


def test_a_bubblewrap_that_does_not_work_is_quoted(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create a namespace' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "does not work here (bwrap: No permissions to create a namespace)" in problem()


def test_the_course_is_hidden_even_inside_of_what_is_shown(isolation, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "course").mkdir()
    (tmp_path / "course/gradebook.db").touch()
    isolation, is_warm = isolation
    started = isolation.start(
        command(f"import os; print(os.listdir({str(tmp_path / 'course')!r}))"),
        readable=[tmp_path, PROGRAM],
        warm=warm(isolation) if is_warm else None,
        hidden=[tmp_path / "course"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    printed, said = started.process.communicate()
    assert printed == b"[]\n", said


def test_the_device_files_of_a_gpu_are_there(isolation, monkeypatch):
    """No GPU where this runs: another device file stands in for one."""
    from autograder.sandbox import bubblewrap as module

    names = ("fuse", "kvm", "hwrng", "tty0", "loop-control")
    device = next((path for name in names if (path := Path("/dev", name)).exists()), None)
    if device is None:
        pytest.skip("needs any device file that a sandbox does not have anyway")
    code = f"import os; print(os.path.exists({str(device)!r}), os.path.isdir('/sys/bus'))"
    assert run(isolation, code) == "False False\n"
    monkeypatch.setattr(module, "gpu_devices", lambda: [device])
    assert run(isolation, code) == "True True\n"
    assert "DATA" not in isolation[0].limits()


REFUSED = """
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"x86_64": (250, 319, 272, 308, 165), "aarch64": (219, 279, 97, 268, 40)}
keyctl, memfd_create, unshare, setns, mount = numbers[platform.machine()]
def call(*arguments):
    ctypes.set_errno(0)
    libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    return errno.errorcode.get(ctypes.get_errno())
print(call(keyctl, 0, -3, 0), call(memfd_create, b"x", 0), call(unshare, 0x10000000),
      call(setns, 0, 0), call(mount, b"none", b"/tmp", b"tmpfs", 0, 0))
"""


def test_system_calls_that_nothing_honest_needs_are_refused(isolation):
    assert run(isolation, REFUSED) == "EPERM EPERM EPERM EPERM EPERM\n"


def test_threads_processes_and_terminals_work_all_the_same(isolation):
    code = (
        "import concurrent.futures as f, multiprocessing, pty, subprocess, threading\n"
        "print(subprocess.run(['echo', 'a'], capture_output=True, text=True).stdout.strip())\n"
        "with f.ThreadPoolExecutor(2) as pool: print(*pool.map(abs, [-1]))\n"
        "process = multiprocessing.get_context('fork').Process(target=print)\n"
        "process.start(); process.join(); print(process.exitcode, len(pty.openpty()))\n"
    )
    assert run(isolation, code).split() == ["a", "1", "0", "2"]


def test_a_lock_on_what_is_shared_is_refused(isolation):
    code = (
        "import fcntl, os\n"
        "try:\n    fcntl.flock(open(os.__file__), fcntl.LOCK_EX)\n"
        "except OSError as error:\n    print(error.errno)\n"
    )
    assert run(isolation, code) == f"{errno.ENOLCK}\n"


def test_many_terminals_are_too_many(isolation):
    code = "import os, time; held = [os.openpty() for _ in range(40)]; time.sleep(100)"
    with pytest.raises(Stopped, match="more than 32 terminals"):
        run(isolation, code)


def test_the_first_turn_when_memory_runs_out_comes_back(isolation):
    code = (
        "import pathlib, time\n"
        "turn = pathlib.Path('/proc/self/oom_score_adj')\n"
        "for _ in range(300):\n"
        "    if turn.read_text() == '1000\\n': break\n"
        "    time.sleep(0.1)\n"
        "turn.write_text('0')\n"
        "for _ in range(300):\n"
        "    if turn.read_text() == '1000\\n': print('again'); break\n"
        "    time.sleep(0.1)\n"
    )
    assert run(isolation, code) == "again\n"


KEYS = """
import ctypes
from autograder.sandbox import start
libc, long = ctypes.CDLL(None), ctypes.c_long
def search():
    return libc.syscall(long(250), long(10), long(-3), b"user", b"rps-key", long(0)) > 0
libc.syscall(long(250), long(1), None)
libc.syscall(long(248), b"user", b"rps-key", b"s3cret", long(6), long(-3))
print(search(), end=" ")
start.leave_session()
print(search())
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
def test_the_session_of_the_grader_is_left():
    for command in (
        [sys.executable, "-c", KEYS],
        sandbox.as_ordinary_user(sys.executable, "-c", KEYS),
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.stdout == "True False\n", done.stderr


def test_nobody_s_keys_are_listed(isolation):
    code = (
        "for name in ('keys', 'key-users'):\n"
        "    try:\n        print(open(f'/proc/{name}').read())\n"
        "    except OSError as error:\n        print(error.errno)\n"
    )
    assert run(isolation, code).split() == ["13", "13"]
