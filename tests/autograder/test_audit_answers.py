"""The audit of answers: that its fast door is the real one, and that it finds what is wrong."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import nbformat
import psutil
import pytest
from nbgrader_course import ROOT, make_course, nbgrader

from autograder import cli
from autograder.audit import subject
from autograder.audit.answers import corpus as answers
from autograder.audit.answers import mutants, scorecard, verdicts
from autograder.audit.answers.corpus import Answer
from autograder.audit.corpus import CorpusError
from autograder.core.verdict import Criterion, Verdict
from autograder.grading import results
from rps_course.course import COURSE

CORPUS = ROOT / "corpus"
SUBJECT = subject.read(ROOT)
# To the three exercises of ps1, so that one class holds them all.
SAMPLE = {
    "preprocess_image": ("keras_layers", "float64", "numpy_inside_map", "no_return"),
    "to_numpy": ("preallocated", "two_lists", "labels_first", "labels_as_a_column"),
    "load_custom_sample": ("keras_load_img", "bilinear", "no_batch_axis", "own_picture_hard_coded"),
}


def chosen():
    return [a for a in answers.read(CORPUS, SUBJECT) if a.name in SAMPLE.get(a.exercise, ())]


def test_the_fast_verdicts_are_those_of_nbgrader_autograde(tmp_path):
    course = make_course(tmp_path, "ps1")
    fast = list(verdicts.judge(SUBJECT, chosen()))
    for place in range(4):
        notebook = verdicts.solved(SUBJECT, "ps1")
        for name, names in SAMPLE.items():
            (answer,) = (a for a in chosen() if (a.exercise, a.name) == (name, names[place]))
            cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}
            cells[f"{name}_solution"].source = answer.source
        folder = course / "submitted" / f"student{place}" / "ps1"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "ps1.ipynb")
    nbgrader(course, "autograde", "ps1")
    found = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "ps1")
    slow = {(r.student, r.exercise): r for r in found}
    assert len(slow) == len(fast) == 12
    # Numbers are drawn from another challenge; a cell is called as its kernel calls it.
    numbers = re.compile(r'File "[^"]*"|[\d.]+(e-\d+)?')
    for one in fast:
        place = SAMPLE[one.answer.exercise].index(one.answer.name)
        result = slow[f"student{place}", one.answer.exercise]
        assert result.score == one.score
        expected = [numbers.sub("#", reason.says) for reason in one.verdict.reasons]
        assert sorted(numbers.sub("#", reason) for reason in result.reasons) == sorted(expected)


def test_what_is_wrong_is_found():
    right = "def top_k(probs, labels, k=5):\n    order = np.argsort(-probs[0])[:k]\n"
    right += "    return [(labels[i], probs[0][i]) for i in order]\n"
    wrong = right.replace("-probs", "probs")
    tried = [
        Answer("top_k", "accept", "wrong_in_fact", wrong, 1.0),
        Answer("top_k", "reject", "right_in_fact", right, 0.0, "is wrong"),
        Answer("top_k", "reject", "other_share", wrong, 0.25, "not the likeliest labels"),
        Answer("top_k", "reject", "other_message", wrong, 0.5, "the moon"),
        Answer("top_k", "mutant", "a -> b", right),
        Answer("top_k", "mutant", "c -> d", wrong),
        Answer("top_k", "mutant", "e -> f", right),
    ]
    equivalent = {("top_k", "c -> d"): "it is not", ("top_k", "gone"): "", ("top_k", "e -> f"): ""}
    (row,) = scorecard.score(verdicts.judge(SUBJECT, tried), equivalent)
    found = {name: " ".join(getattr(row, name)) for name in scorecard.TITLES}
    rubric = COURSE.load_rubric()["top_k"]
    points = rubric["points"]
    left = points - rubric["criteria"]["names"]["points"]
    assert f"accept/wrong_in_fact: {left} of {points} points" in found["rejected"]
    assert "reject/right_in_fact" in found["accepted"]
    share = f"{left} of {points} points, expected {points / 4:.2f}"
    assert f"reject/other_share: {share}" in found["points"]
    assert "lacks 'the moon'" in found["messages"]
    assert not found["disagree"]
    assert {"a -> b", "listed as equivalent, but loses points: c -> d"} <= set(row.survived)
    assert "listed as equivalent, but no mutant: gone" in row.survived
    assert not any("e -> f" in line for line in row.survived)


def test_an_answer_that_ends_its_kernel_is_lost_alone():
    ends = "def top_k(probs, labels, k=5):\n    import os\n    os._exit(3)\n"
    bad, blank = (Answer("top_k", "reject", "x", s, says="x") for s in (ends, "pass"))
    lost, undefined = verdicts.judge(SUBJECT, [bad, blank])
    assert lost.score == undefined.score == 0
    assert "ended the notebook's kernel" in lost.text
    assert "NameError" in undefined.text


def test_self_check_and_verdict_that_differ_are_told_apart():
    answer = Answer("top_k", "reject", "x", "", says="")
    held, lost = (Criterion("a", "A", 5, share, share == 1) for share in (1, 0))
    partly = Criterion("b", "B", 1, 0.5, False)
    verdict = Verdict("top_k", (held, partly))

    def judged(self_check, self_verdict=None):
        return verdicts.Judged(answer, 5.5, 6, verdict, self_check, self_verdict)

    assert not judged(None).disagree
    assert not judged("", verdict).disagree
    assert judged("NameError: it came to no verdict").disagree
    assert judged("", Verdict("top_k", (held, replace(partly, share=0.25)))).disagree
    assert judged("", Verdict("top_k", (held, replace(partly, held=True)))).disagree
    assert judged("", Verdict("top_k", (lost, partly))).disagree


def test_mutants_hold_one_mistake_each():
    source = "def f(x):\n    '''Doc.'''\n    y = np.stack(x[:3])\n    return g(y, 1, k=True)\n"
    found = mutants.mutate(source)
    assert all(compile(new, "mutant", "exec") for new in found.values())
    for part in (
        "y = np.stack(x[3:])", "y = np.stack(x[:3 + 1])", "y = np.stack(x[:3], axis=-1)",
        "y = x[:3]", "return g(1, y, k=True)", "return g(y, 1)", "return g(y, 2, k=True)",
        "return g(y, 1, k=False)",
    ):  # fmt: skip
        assert any(part in new for new in found.values()), part
    assert not any("Doc" in new for new in found.values())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("reject/x.py", "pass\n", "begins with `# says: ...`"),
        ("reject/x.py", "# expect: 2\n# says: x\npass\n", "Received: 2"),
        ("reject/X-1.py", "# says: x\npass\n", "a name must be of the form"),
    ],
)
def test_a_broken_corpus_is_refused_with_the_reason(tmp_path, name, content, says):
    folder = tmp_path / "ps2/top_k"
    (folder / "accept").mkdir(parents=True)
    (folder / "accept/a.py").write_text("pass\n")
    (folder / "reject").mkdir()
    (folder / name).write_text(content)
    with pytest.raises(CorpusError, match=re.escape(says)):
        answers.read(tmp_path, SUBJECT)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--corpus", "nowhere"], "nowhere has no answers"),
        (["--corpus", "corpus", "--exercise", "topk"], "There is no exercise 'topk'. Allowed: pre"),
        (["--exercise", "top_k"], "--exercise goes with --corpus DIR"),
        (
            ["--quick", "--defects", "corpus/defects"],
            "--quick goes with --corpus DIR or --attacks DIR",
        ),
        (["--corpus", "corpus", "--baseline"], "leave out --corpus"),
        (["--corpus", "corpus", "--attacks", "nowhere"], "nowhere has no *.py"),
        (["--attacks", "corpus/attacks", "--corpus", "nowhere"], "nowhere has no answers"),
        ([], "name --corpus DIR"),
    ],
)
def test_wrong_arguments_are_refused(arguments, says, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.main(["audit", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_an_audit_that_is_interrupted_leaves_nothing_running():
    command = [sys.executable, "-m", "autograder", "audit", "--corpus", "corpus"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        audit, started = psutil.Process(running.pid), []
        while len(started) < 2 and running.poll() is None:
            time.sleep(0.05)
            started = [
                p for p in audit.children() if "autograder.audit.answers.nursery" in p.cmdline()
            ]
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
        assert said.endswith("rps-grader: interrupted\n"), said
        assert "Traceback" not in said
        assert running.wait() == 130
    # One that was just starting when its audit ended finds that nobody asks, and ends.
    _, left = psutil.wait_procs(started, timeout=120)
    assert not left


def test_an_exercise_is_added_as_the_guide_says(tmp_path):
    for name in ("rps_course", "autograder", "lessons", "solutions", "corpus", "tools"):
        ignored = ("__pycache__", "*.h5", *(("attacks", "defects") if name == "corpus" else ()))
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(*ignored))
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    weights = "rps_course/offline/weights"
    shutil.copytree(ROOT / weights, tmp_path / weights, dirs_exist_ok=True)
    guide = (ROOT / "docs/adding-an-exercise.md").read_text()
    blocks = re.findall(
        r"(?:^`([^`\n]+)`, (?:(new)|before `(.+)`):\n\n)?^(`{3,4})(\w+)\n(.*?)^\4$",
        guide,
        re.M | re.S,
    )
    assert {kind for *_, kind, _ in blocks} == {"python", "toml", "markdown", "shell"}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)}
    for name, new, place, _, kind, text in blocks:
        path = tmp_path / name
        if kind == "shell":
            command = text.replace("rps-grader", f"{sys.executable} -m autograder")
            command = command.replace("python -m tools", f"{sys.executable} -m tools")
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
        elif new:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        else:
            before, heading, after = path.read_text().partition(f"\n{place}\n")
            assert heading
            path.write_text(f"{before}\n{text}{heading}{after}")
    assert re.search(r"^ *mirror +2\+3\+\d+( +0){6}", done.stdout, re.MULTILINE), done.stdout
