"""The audit through its command: nothing may succeed, and what does must be reported."""

import json
import subprocess
import sys

import pytest
import sandbox
from nbgrader_course import ROOT

from autograder import cli
from autograder.audit import subject
from autograder.audit.attacks import baseline, corpus, report
from autograder.audit.attacks.course import HONEST
from autograder.audit.attacks.trial import Outcome, Trial, _Active

ATTACKS, DEFECTS = ROOT / "corpus/attacks", ROOT / "corpus/defects"


def audit(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "autograder.cli", "audit", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(3000)
def test_no_attack_succeeds_and_every_broken_submission_ends_as_it_should():
    sandbox.require()
    done = audit("--attacks", ATTACKS, "--defects", DEFECTS, "--json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    for what in ("succeeded", "canaries", "wrong", "processes"):
        assert found[what] == [], what
    assert found["clean"]
    assert done.returncode == 0
    assert found["attacks"] >= 30
    assert found["defects"] >= 25
    honest = [outcome for outcome in found["outcomes"] if outcome["name"] == HONEST]
    assert honest
    assert all(outcome["status"] == "graded" for outcome in honest)


def trial(outcomes=(), **changes):
    nothing = {"changed": [], "visits": [], "processes": [], "failed": []}
    return Trial(outcomes={(o.name, o.assignment): o for o in outcomes}, **nothing | changes)


def test_an_attack_that_earns_a_point_is_reported():
    attack = corpus.Attack("clever", "", ("top_k",), "")
    outcome = Outcome("clever", "top_k", {"top_k": 0.5}, "graded")
    found = report.findings(trial([outcome]), [attack], [])
    assert found.succeeded == ["clever earned {'top_k': 0.5}"]
    assert not found.is_clean


def test_an_attack_that_was_not_graded_is_reported():
    attack = corpus.Attack("clever", "", ("top_k",), "")
    found = report.findings(trial([Outcome("clever", "top_k")]), [attack], [])
    assert found.wrong == ["clever: was not graded (missing)"]


def test_canaries_scripts_visits_and_processes_are_reported():
    outcome = Outcome("x", "top_k", read=["gradebook"], active=True)
    what = trial([outcome], changed=["notes.txt"], visits=["somebody"], processes=["python x"])
    found = report.findings(what, [], [])
    assert found.canaries == [
        "changed: notes.txt",
        "a connection to the listening port from somebody",
        "x read: gradebook",
    ]
    assert found.succeeded == ["x: its feedback runs code in the browser"]
    assert found.processes == ["python x"]


def test_another_outcome_than_expected_is_reported():
    defect = corpus.Defect("odd", b"", ("top_k",), {"top_k": (6.0,)}, ("graded",), ("because",))
    outcome = Outcome("odd", "top_k", {"top_k": 0.0}, "zero", "for no reason")
    found = report.findings(trial([outcome]), [], [defect])
    assert len(found.wrong) == 3


def test_of_several_allowed_outcomes_each_will_do_and_no_other(tmp_path):
    (tmp_path / "bomb.ipynb").write_text("{}")
    (tmp_path / "expected.toml").write_text(
        '[bomb]\nscores = { top_k = [0, 6] }\nstatus = ["graded", "error"]\nsays = ["a", "b"]\n'
    )
    defects = corpus.defects(tmp_path, subject.read(ROOT))
    for score, status, reason in ((0.0, "error", "b"), (6.0, "graded", "a")):
        outcome = Outcome("bomb", "top_k", {"top_k": score}, status, reason)
        assert report.findings(trial([outcome]), [], defects).is_clean
    outcome = Outcome("bomb", "top_k", {"top_k": 3.0}, "zero", "c")
    assert report.findings(trial([outcome]), [], defects).wrong == [
        "bomb: earned {'top_k': 3.0}, expected 0 or 6 in top_k",
        "bomb: is 'zero' in the table, expected 'graded' or 'error'",
        "bomb: its reasons lack 'a' or 'b': c",
    ]


def test_an_honest_submission_that_loses_points_is_reported():
    outcome = Outcome(HONEST, "top_k", {"top_k": 0.0}, "zero", "lost")
    assert report.findings(trial([outcome]), [], []).wrong


@pytest.mark.parametrize(
    ("page", "active"),
    [
        ("<script>MARK</script>", True),
        ("<p onclick='MARK'>x</p>", True),
        ("<a href='javascript:MARK'>x</a>", True),
        ("<iframe src='//MARK'></iframe>", True),
        ("<img src='http://MARK/x.png'>", True),
        ("<script>1</script><p>MARK &lt;script&gt;MARK</p>", False),
    ],
)
def test_what_a_browser_would_run_is_found(page, active):
    assert _Active.find(page, "MARK") is active


def test_the_baseline_says_what_went_wrong_in_words():
    right = baseline.Row("a", "defect", [6.0], points=6.0, honest=True)
    assert right.verdict == ""
    wrong = baseline.Row("b", "attack", [0.0], points=6.0, read=["gradebook"], changed=2)
    assert wrong.verdict == (
        "the honest submission lost its points; 6 points instead of 0; read: gradebook; "
        "changed 2 files"
    )
    text = baseline.table([right, wrong])
    assert "1 of 1 attacks went wrong" in text
    assert "| defect `a` | as it should be |" in text


def test_the_baseline_runs_unmodified_nbgrader(tmp_path):
    sandbox.require()
    (tmp_path / "steal.py").write_text((ATTACKS / "ast_transformer.py").read_text())
    done = audit("--baseline", "--attacks", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "attack `steal` | 6 points instead of 0" in done.stdout


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "has no *.py"),
        ({"Bad-Name.py": ""}, "a name must be of the form"),
        (
            {"a.py": "# says: no\n# exercises: juggle\n"},
            "names the exercise 'juggle'. Allowed: preprocess",
        ),
    ],
)
def test_a_folder_of_attacks_that_is_none_is_told_clearly(tmp_path, capsys, files, says):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert cli.main(["audit", "--attacks", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        (None, "Cannot read"),
        ("[b]\n", "do not fit: a, b"),
        ("[a]\ncolor = 'red'\n", "unexpected keyword argument 'color'"),
        ("[a]\n", "missing 2 required"),
    ],
)
def test_defects_and_what_is_expected_must_fit(tmp_path, capsys, expected, says):
    (tmp_path / "a.ipynb").write_text("{}")
    if expected is not None:
        (tmp_path / "expected.toml").write_text(expected)
    assert cli.main(["audit", "--defects", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err


def test_outside_of_a_clone_the_audit_says_where_to_run_it(tmp_path, capsys, monkeypatch):
    sandbox.require()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["audit", "--attacks", str(ATTACKS)]) == 2
    assert "from the root of a clone" in capsys.readouterr().err
