"""What README and docs tell people to type: commands that there are, and Python that runs.

`test_tours.py` runs a TA's commands, `test_audit_answers.py` the guide to a new exercise.
"""

import dataclasses
import importlib.util
import re
import shlex
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import autograder.cli
import rps_course.cli
from rps_course import augmentation, plotting, profile, submission, training

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
PROGRAMS = ("rps-course", "rps-grader", "nbgrader", "make", "python")


def blocks(page, kind=r"\w*"):
    """The blocks of code of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands():
    """Every command in a block of code, and those in the text of notebooks and FAQ, by page."""
    for path in sorted((ROOT / "lessons").glob("*/*.md")):
        for command in re.findall(
            r"`((?:python -m|rps-course|rps-grader) [^`]+)`", path.read_text()
        ):
            yield str(path.relative_to(ROOT)), command
    faq = (ROOT / "docs/faq.md").read_text(encoding="utf-8")
    for command in re.findall(r"`((?:rps-course|rps-grader|nbgrader|make) [^`]+)`", faq):
        yield "docs/faq.md", command
    for page in PAGES:
        for line in "\n".join(blocks(page)).splitlines():
            for command in re.sub(r"(^|\s+)#.*", "", line).split(" && "):
                words = command.split()
                if len(words) > 1 and words[0] in PROGRAMS:
                    yield page, command.strip()


@pytest.mark.parametrize(("page", "command"), sorted(set(commands())))
def test_a_command_of_the_pages_is_one_that_there_is(page, command, monkeypatch):
    program, *arguments = shlex.split(command)
    if program == "rps-course":
        rps_course.cli.parser().parse_args(arguments)
    elif program == "rps-grader":
        autograder.cli.parser().parse_args(arguments)
    elif program == "nbgrader":
        from nbgrader.apps import NbGraderApp

        assert arguments[0] in NbGraderApp.subcommands
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text()
        for target in arguments:
            assert "=" in target or re.search(rf"^{target}:", makefile, re.MULTILINE)
    elif arguments[:1] == ["-m"] and arguments[1].startswith("tools."):
        assert importlib.util.find_spec(arguments[1])
    elif arguments[:1] == ["-m"] and arguments[1].startswith("benchmarks."):
        module = importlib.import_module(arguments[1])
        parsed = []
        monkeypatch.setattr(
            "argparse.ArgumentParser.parse_args", lambda self, argv: parsed.append((self, argv))
        )
        with pytest.raises(AttributeError):  # parsed is all that is asked for
            module.main(arguments[2:])
        ((parser, argv),) = parsed
        monkeypatch.undo()
        parser.parse_args(argv)


def test_the_pattern_of_the_page_for_tas_matches_its_example():
    (code,) = [block for block in blocks("docs/ta.md", "python") if "named_regexp" in block]
    pattern = re.search(r'r"(.*?)"', code)[1]
    found = re.match(pattern, "/" + re.search(r'such as "(.*?)"', code)[1])
    assert found.groupdict() == {
        "student_id": "lovelace",
        "timestamp": "2026-05-03-10-00-00",
        "file_id": "ps2.ipynb",
    }


def test_the_python_about_private_pictures_runs(monkeypatch, tmp_path):
    offline = profile.get("offline")
    monkeypatch.setattr(profile, "current", lambda: offline)
    monkeypatch.chdir(tmp_path)
    for name in offline.classes:
        (tmp_path / "private" / name).mkdir(parents=True)
        plt.imsave(tmp_path / "private" / name / "1.png", np.zeros((60, 80, 3)))
    training.Recipe(offline).build().save_weights(tmp_path / submission.RPS_WEIGHTS)
    (code,) = [c for c in blocks("docs/instructor.md", "python") if "load_folder" in c]
    exec(code, {})
    plt.close("all")
    assert plt.imread(tmp_path / "private.png").size


def test_the_python_of_the_page_on_training_runs(monkeypatch, tmp_path):
    small = dataclasses.replace(
        profile.get("offline"), subset=(12, 6), batch_size=4, epochs_head=1, epochs_fine=1
    )
    monkeypatch.setattr(profile, "current", lambda: small)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    arrays = [rng.random((n, *small.input_shape), np.float32) for n in (12, 6)]
    labels = [np.arange(n) % 3 for n in (12, 6)]
    names = {"training": training, "plotting": plotting, "profile": profile}
    names |= {"submission": submission, "classifier": training.Recipe(small).build()}
    names["train_gen"], names["val_gen"] = augmentation.make_generators(
        arrays[0], labels[0], arrays[1], labels[1], batch_size=4
    )
    found = blocks("docs/training.md", "python")
    assert found
    for code in found:
        exec(code, names)
    plt.close("all")
    assert (tmp_path / submission.RPS_WEIGHTS).is_file()
