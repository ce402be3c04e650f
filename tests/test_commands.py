"""`rps-course` and `rps-grader` feel alike: help, examples, completion, colors."""

import os
import pty
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import autograder.cli
import rps_course.cli

PROGRAMS = {"rps-course": rps_course.cli, "rps-grader": autograder.cli}
COMMANDS = [
    (program, name) for program, cli in PROGRAMS.items() for name in cli.parser().commands()
]
programs = pytest.mark.parametrize("program", PROGRAMS)


@pytest.mark.parametrize(("program", "name"), COMMANDS)
def test_the_help_of_a_command_ends_with_examples_that_can_be_typed(program, name):
    command = PROGRAMS[program].parser().commands()[name]
    assert command.examples
    for line in command.examples:
        first, *arguments = shlex.split(line)
        assert first == program
        assert PROGRAMS[program].parser().parse_args(arguments).command == name
    told = command.format_help()
    assert "\n  ".join(["Examples:", *command.examples]) in told
    assert "Exit status" in told


@programs
@pytest.mark.parametrize("arguments", [[], ["nothing"], ["--nothing"]])
def test_a_wrong_call_ends_with_2_and_the_usage(program, arguments):
    module = PROGRAMS[program].__package__
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"usage: {program}")


COLLECTED = """
    def collecting(phase, info):
        gc.callbacks.clear()
        signal.raise_signal(signal.SIGINT)
    gc.callbacks.append(collecting)
    gc.collect()
"""
DESTROYED = """
    class Thing:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)
    Thing()
"""


@pytest.mark.parametrize("dropped", [COLLECTED, DESTROYED])
def test_ctrl_c_is_not_lost_where_python_drops_exceptions(dropped, tmp_path):
    waits = "    try:\n        time.sleep(600)\n    except KeyboardInterrupt:\n        return 130\n"
    text = f"import gc, signal, time\ndef main():\n{dropped}{waits}    return 0\n"
    (tmp_path / "dropping.py").write_text(text)
    code = "from autograder.core.program import start; raise SystemExit(start('x', 'dropping'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,  # it is told at once, not when it has slept
    )
    assert (done.returncode, done.stderr) == (130, "")


@programs
@pytest.mark.parametrize("number", [1, 12])
def test_ctrl_c_while_arguments_are_declared_is_told_in_one_line(program, number):
    code = (
        "import argparse, signal, sys\n"
        f"from {PROGRAMS[program].__package__}.__main__ import main\n"
        "declare, seen = argparse.ArgumentParser.add_argument, []\n"
        "def declaring(*arguments, **options):\n"
        "    seen.append(1)\n"
        f"    if len(seen) == {number}:\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "    return declare(*arguments, **options)\n"
        "argparse.ArgumentParser.add_argument = declaring\n"
        "sys.argv[1:] = ['--help']\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, f"{program}: interrupted\n")


def test_ctrl_c_in_an_exit_handler_stops_no_other(tmp_path):
    handlers = (
        "import atexit, signal, time\n"
        "def slow(number):\n"
        "    if number == 0:\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "    time.sleep(0.3)\n"
        "    print(number)\n"
        "def main():\n"
        "    for number in 2, 1, 0:\n"
        "        atexit.register(slow, number)\n"
        "    return 0\n"
    )
    (tmp_path / "handling.py").write_text(handlers)
    code = "from autograder.core.program import start; raise SystemExit(start('x', 'handling'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n2\n", "")


@programs
def test_ctrl_c_before_all_is_imported_is_told_in_one_line(program):
    command = [sys.executable, "-X", "importtime", "-m", PROGRAMS[program].__package__, "--version"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.endswith("autograder.core.arguments\n"):
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().splitlines()
    assert process.returncode == 130
    assert [line for line in said if not line.startswith("import time:")] == [
        f"{program}: interrupted"
    ]


@pytest.mark.parametrize(("program", "name"), COMMANDS)
def test_an_unknown_option_is_refused_with_the_usage_of_its_command(program, name, capsys):
    parser = PROGRAMS[program].parser()
    _, *arguments = shlex.split(parser.commands()[name].examples[0])
    with pytest.raises(SystemExit) as ended:
        parser.parse_args([*arguments, "--nothing"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"usage: {program} {name} ")
    assert said.endswith(f"{program} {name}: error: unrecognized arguments: --nothing\n")


@programs
def test_bash_completes_commands_and_files(program, tmp_path):
    (tmp_path / "picture.jpg").touch()
    module = PROGRAMS[program].__package__
    script = subprocess.run(
        [sys.executable, "-m", module, "--print-completion", "bash"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (tmp_path / "completion").write_text(script)
    first, option = {"rps-course": ("class", "--o"), "rps-grader": ("simi", "--te")}[program]
    ask = (
        'source completion; complete_it() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        f'_shtab_{program.replace("-", "_")}; echo "${{COMPREPLY[@]}}"; }}; '
        f"complete_it {program} {first}; complete_it {program} {first}X {option}"
    )
    name = {"rps-course": "classify", "rps-grader": "similar"}[program]
    ask = ask.replace(f"{first}X", name)
    done = subprocess.run(
        ["bash", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [name, {"--o": "--out", "--te": "--texts"}[option]], done.stderr


def on_a_terminal(*command, **environment):
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    running = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=theirs,
        env=plain | {"TERM": "xterm-256color", "RPS_PROFILE": "offline"} | environment,
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # Linux says so where the other end is closed
        pass
    running.wait()
    os.close(ours)
    return said.decode()


def test_colors_are_for_a_terminal_and_not_where_nobody_wants_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    colored = "\x1b[32m"
    assert colored in on_a_terminal("rps_course", "doctor")
    assert colored not in on_a_terminal("rps_course", "doctor", NO_COLOR="1")
    piped = subprocess.run(
        [sys.executable, "-m", "rps_course", "doctor"], capture_output=True, text=True, check=False
    )
    assert "\x1b[" not in piped.stdout


def ended(program, arguments, folder, **streams):
    command = [sys.executable, "-m", PROGRAMS[program].__package__, *arguments]
    return subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, check=False, **streams)


PRINTING = [
    ("rps-course", ("start",)),
    ("rps-course", ("--help",)),
    ("rps-grader", ("--print-completion", "bash")),
]


@pytest.mark.parametrize(("program", "arguments"), PRINTING)
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_that_has_read_enough_gets_no_traceback(
    program, arguments, buffered, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONUNBUFFERED", buffered)
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb") as output:
        done = ended(program, arguments, tmp_path, stdout=output)
    assert done.returncode in (0, 1)
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_output_that_cannot_be_written_is_told_in_one_line(tmp_path):
    with Path("/dev/full").open("wb") as output:
        done = ended("rps-course", ("start",), tmp_path, stdout=output)
    assert done.returncode == 1
    assert done.stderr == b"rps-course: error: No space left on device\n"


def test_names_that_the_terminal_has_no_letters_for_are_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = ended("rps-course", ("start", "Übung"), tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert b"Wrote \\xdcbung" in done.stdout


def test_the_grader_needs_no_search_path(tmp_path):
    done = ended("rps-grader", ("show", "ps1"), tmp_path, stdout=subprocess.PIPE, env={})
    assert done.returncode == 2
    assert b"There is no gradebook" in done.stderr
    assert b"Traceback" not in done.stderr
