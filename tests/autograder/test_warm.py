"""Warm starts: what a fork finds of the process that it comes from, and what happens without."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import sandbox
import toy_class

from autograder.core import course as courses
from autograder.sandbox import warm
from autograder.sandbox.isolation import Isolation, Stopped

PROGRAM = Path(__file__).parent / "execute_code.py"
ADDRESS = "toy.course:COURSE"


@pytest.fixture
def start(monkeypatch):
    """Starts code in the sandbox, forked by one warm process; returns what it prints."""
    sandbox.require()
    monkeypatch.syspath_prepend(toy_class.TOY)
    isolation = Isolation()

    def start(code, program=PROGRAM):
        return isolation.run(
            [sys.executable, "-P", program, code],
            readable=[program],
            warm=process(isolation, program),
            timeout=60,
        ).decode()

    start.warm = process(isolation)
    return start


def process(isolation, program=PROGRAM):
    course = courses.load(ADDRESS)
    return isolation.warm(course, ADDRESS, course.profile("plain", True), False, [program])


RIGHTS = """
import os
status = open('/proc/self/status').read()
print(os.getppid(), sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))
print(*(status.split(f'{name}:')[1].split()[0] for name in
        ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs')))
print(os.getsid(0) == os.getpgid(0) == os.getpid())
"""


def test_a_fork_is_a_process_of_the_sandbox_and_has_no_rights(start):
    ancestry, rights, session = start(RIGHTS).splitlines()
    assert ancestry == "0 [1, 2, 3]"  # 3 is a fork: a cold start is 2
    assert rights == " ".join(["0" * 16] * 5 + ["1"])
    assert session == "True"


def test_it_works_for_an_ordinary_user(start):
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(toy_class.TOY)!r}, {str(Path(__file__).parent)!r}]\n"
        "from test_warm import PROGRAM, process\n"
        "from autograder.sandbox.isolation import Isolation\n"
        f"command = [sys.executable, '-P', PROGRAM, {RIGHTS!r}]\n"
        "made = Isolation()\n"
        "print(made.run(command, readable=[PROGRAM], warm=process(made)).decode())\n"
    )
    done = subprocess.run(
        sandbox.as_ordinary_user(sys.executable, "-c", code),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.stdout == start(RIGHTS) + "\n", done.stderr


def test_a_fork_has_no_descriptor_but_its_own_streams(start):
    code = (
        "import os\n"
        "for name in os.listdir('/proc/self/fd'):\n"
        "    if os.path.lexists(f'/proc/self/fd/{name}'):\n"
        "        print(name, os.readlink(f'/proc/self/fd/{name}').split(':')[0])\n"
    )
    assert start(code).splitlines() == ["0 /dev/null", "1 pipe", "2 /dev/null"]


def test_a_fork_shares_no_memory_that_it_can_write(start):
    code = "print([line for line in open('/proc/self/maps') if line.split()[1] == 'rw-s'])"
    assert start(code) == "[]\n"


def test_the_environment_holds_no_secret(start, monkeypatch):
    monkeypatch.setenv("RPS_SECRET", "s3cret")
    code = (
        "import os; print(b's3cret' in open('/proc/self/environ', 'rb').read(), dict(os.environ))"
    )
    assert "s3cret" not in start(code)


def test_nothing_of_one_submission_is_left_for_the_next(start):
    first = start("import json, random; json.mark = random.random(); print(json.mark)")
    code = "import json, random, os; print(hasattr(json, 'mark'), random.random(), os.listdir('.'))"
    said, number, files = start(code).split(maxsplit=2)
    assert said == "False"
    assert float(number) != float(first)
    assert files == "[]\n"


def test_what_a_fork_does_to_every_process_it_can_reach_ends_only_itself(start):
    code = (
        "import os, signal\n"
        "for pid in (0, *range(4, 5000), 2, 1):\n"
        "    try:\n"
        "        os.kill(pid, signal.SIGSTOP if pid == 1 else signal.SIGKILL)\n"
        "    except (OSError, PermissionError):\n"
        "        pass\n"
    )
    with pytest.raises(Stopped):
        start(code)
    assert start("print('next')") == "next\n"


def test_a_fork_that_ends_tells_its_status(start):
    with pytest.raises(Stopped, match="status 3"):
        start("import sys; sys.exit(3)")
    with pytest.raises(Stopped, match=r"status 1$"):
        start("1 / 0")


def test_a_warm_process_that_has_died_is_replaced(start, caplog, monkeypatch):
    assert start("print('before')") == "before\n"
    os.kill(start.warm._process.pid, signal.SIGKILL)
    start.warm._process.wait()
    with monkeypatch.context() as patch:
        patch.setattr(warm.Warm, "ended", False)  # it dies after we have looked
        assert start("import os; print(os.getppid())") == "1\n"  # cold, at once
    assert "starts cold" in caplog.text
    assert start("import os; print(os.getppid())") == "0\n"


def test_where_no_process_can_join_a_sandbox_programs_start_cold(
    start, caplog, monkeypatch, tmp_path
):
    monkeypatch.setattr(warm, "_running", {})
    program = tmp_path / "unable.py"
    text = PROGRAM.read_text()
    program.write_text(f"{text}\nimport sys\nsys.modules['__main__']._NAMESPACES = 1\n")
    tmp_path.chmod(0o755)
    for _ in range(2):
        assert start("import os; print(os.getppid())", program) == "1\n"
    assert caplog.text.count("starts cold") == 1
    assert "does not let a process join a sandbox" in caplog.text


def test_nothing_is_left_of_it_when_the_grader_is_killed(tmp_path):
    sandbox.require()
    code = (
        "import sys, time\n"
        f"sys.path[:0] = [{str(toy_class.TOY)!r}, {str(Path(__file__).parent)!r}]\n"
        "from test_warm import process\n"
        "from autograder.sandbox.isolation import Isolation\n"
        "warm = process(Isolation())\n"
        "print(warm._process.pid, warm.home, flush=True)\n"
        "time.sleep(60)\n"
    )
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid, home = grader.stdout.readline().split()
    assert Path(home).is_dir()
    grader.kill()
    grader.communicate()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (psutil.pid_exists(int(pid)) or Path(home).exists()):
        time.sleep(0.1)
    assert not psutil.pid_exists(int(pid))
    assert not Path(home).exists()
