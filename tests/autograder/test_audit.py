"""The audit through its command: nothing may succeed, and what does must be reported."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import sandbox
from nbgrader_course import ROOT

from autograder import cli
from autograder.audit import subject
from autograder.audit.attacks import baseline, corpus, pages, report, watching
from autograder.audit.attacks.course import ALONE, HONEST, NEIGHBOUR
from autograder.audit.attacks.outcomes import Outcome
from autograder.audit.attacks.trial import Trial
from autograder.audit.attacks.watching import Cost

ATTACKS, DEFECTS = ROOT / "corpus/attacks", ROOT / "corpus/defects"


def audit(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "autograder", "audit", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(3000)
def test_no_attack_succeeds_and_every_broken_submission_ends_as_it_should():
    sandbox.require()
    done = audit("--attacks", ATTACKS, "--defects", DEFECTS, "--quick", "--json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    for what in ("succeeded", "canaries", "wrong", "processes", "costly"):
        assert found[what] == [], what
    assert found["clean"]
    assert done.returncode == 0
    assert found["attacks"] >= 30
    assert found["defects"] >= 25
    honest = [outcome for outcome in found["outcomes"] if outcome["name"] == HONEST]
    assert honest
    assert all(outcome["status"] == "graded" for outcome in honest)


def trial(outcomes=(), **changes):
    nothing = {"changed": [], "visits": [], "processes": [], "failed": [], "key": True}
    return Trial(outcomes={(o.name, o.assignment): o for o in outcomes}, **nothing | changes)


ATTACK = corpus.Attack("clever", "", ("top_k",), ("no answer", "raised"))


@pytest.mark.parametrize("student", ["clever", "clever.answers"])
def test_an_attack_that_earns_a_point_is_reported(student):
    reasons = {"top_k": "no answer", "unfreeze": "raised X"}
    outcome = Outcome(student, "top_k-unfreeze", {"top_k": 0, "unfreeze": 0.5}, reasons, "graded")
    found = report.findings(trial([outcome]), [ATTACK], [])
    assert found.succeeded == [f"{student} earned {outcome.scores}"]
    assert found.wrong == []
    assert not found.is_clean


def test_an_attack_that_was_not_graded_is_reported():
    found = report.findings(trial([Outcome("clever", "top_k")]), [ATTACK], [])
    assert found.wrong == ["clever: was not graded (missing)"]


def test_each_exercise_must_be_lost_for_a_reason_that_the_attack_names():
    reasons = {"top_k": "no answer yet", "unfreeze": "the wrong layers"}
    outcome = Outcome("clever", "top_k-unfreeze", dict.fromkeys(reasons, 0.0), reasons)
    assert report.findings(trial([outcome]), [ATTACK], []).wrong == [
        "clever: unfreeze failed for another reason than 'no answer' or 'raised': the wrong layers"
    ]


def test_canaries_scripts_visits_and_processes_are_reported():
    outcome = Outcome("x", "top_k", read=["gradebook"], active=["<script> 1"])
    what = trial([outcome], changed=["notes.txt"], visits=["somebody"], processes=["python x"])
    found = report.findings(what, [], [])
    assert found.canaries == [
        "changed: notes.txt",
        "a connection to the listening port from somebody",
        "x read: gradebook",
    ]
    assert found.succeeded == ["x: its feedback has <script> 1"]
    assert found.processes == ["python x"]


def test_characters_that_nobody_sees_are_reported():
    outcome = Outcome("clever", "top_k", {"top_k": 0.0}, {"top_k": "raised"}, unseen=["U+202E"])
    found = report.findings(trial([outcome]), [ATTACK], [])
    assert found.wrong == ["clever: its feedback has characters that nobody sees: U+202E"]


def test_too_much_time_or_memory_is_reported():
    costs = [Cost("run ps1", 5000, 899, "x", 5999), Cost("run ps2", 1000, 901, "y", 6001)]
    found = report.findings(trial(costs=costs), [], [])
    assert found.costly == [
        "run ps2: 901 s without a result (then y)",
        "run ps2: 6,001 MB of memory",
    ]
    assert not found.is_clean


def test_that_there_was_no_key_to_find_is_said_and_costs_nothing():
    found = report.findings(trial(key=False), [], [])
    assert "keeps no keys" in found.unmeasured[0]
    assert found.is_clean


def test_another_outcome_than_expected_is_reported():
    defect = corpus.Defect("odd", b"", ("top_k",), {"top_k": (6.0,)}, ("graded",), ("because",))
    outcome = Outcome("odd", "top_k", {"top_k": 0.0}, status="zero", reason="for no reason")
    found = report.findings(trial([outcome]), [], [defect])
    assert len(found.wrong) == 3


def test_of_several_allowed_outcomes_each_will_do_and_no_other(tmp_path):
    (tmp_path / "bomb.ipynb").write_text("{}")
    (tmp_path / "expected.toml").write_text(
        '[bomb]\nscores = { top_k = [0, 6] }\nstatus = ["graded", "error"]\nsays = ["a", "b"]\n'
    )
    defects = corpus.defects(tmp_path, subject.read(ROOT))
    for score, status, reason in ((0.0, "error", "b"), (6.0, "graded", "a")):
        outcome = Outcome("bomb", "top_k", {"top_k": score}, {}, status, reason)
        assert report.findings(trial([outcome]), [], defects).is_clean
    outcome = Outcome("bomb", "top_k", {"top_k": 3.0}, {}, "zero", "c")
    assert report.findings(trial([outcome]), [], defects).wrong == [
        "bomb: earned {'top_k': 3.0}, expected 0 or 6 in top_k",
        "bomb: is 'zero' in the table, expected 'graded' or 'error'",
        "bomb: its reasons lack 'a' or 'b': c",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, []),
        ({"status": "zero", "reason": "lost"}, ["top_k, mm_honest: zero, lost"]),
        ({"scores": {"top_k": 5.0}}, ["top_k, mm_honest: {'top_k': 5.0} [], alone {'top_k': 6.0}"]),
        ({"notes": ["odd"]}, ["{'top_k': 6.0} ['odd'], alone {'top_k': 6.0} []"]),
    ],
)
def test_an_honest_neighbour_must_get_what_it_gets_alone(change, says):
    alone = Outcome(ALONE, "top_k", {"top_k": 6.0}, {"top_k": ""}, "graded")
    last = replace(alone, name=HONEST)
    neighbour = replace(alone, name=NEIGHBOUR, **change)
    found = report.findings(trial([alone, neighbour, last]), [], [])
    assert len(found.wrong) == len(says)
    for line, part in zip(found.wrong, says, strict=True):
        assert part in line


OWN = "<script>1</script><img src='data:image/png;base64,AAAA'><a href='https://a.org'>x</a>"


@pytest.mark.parametrize(
    ("added", "active"),
    [
        ("<script>2</script>", True),
        ("<script>1</script>", True),  # once more than in an honest page
        ("<p onclick='x()'>x</p>", True),
        ("<a href='javascript:x()'>x</a>", True),
        ("<a href='/logout'>x</a>", True),
        ("<iframe src='//a.org'></iframe>", True),
        ("<img src='http://a.org/x.png'>", True),
        ("<img src='relative.png'>", True),
        ("<p style='background: url(http://a.org)'>x</p>", True),
        ("<meta http-equiv='refresh' content='0; url=http://a.org'>", True),
        ("<form action='http://a.org'>", True),
        ("<p>&lt;script&gt;1 <a href='https://b.org/x'>x</a> <a href='#top'>x</a></p>", False),
        (
            "<p style='contain: content; color: rgb(0,1,2)'><img src='data:image/png;base64,BB'>",
            False,
        ),
    ],
)
def test_what_a_browser_would_run_or_load_is_found(added, active):
    assert bool(pages.active(OWN + added, OWN)) is active


def test_characters_that_nobody_sees_are_found():
    assert pages.unseen("<p title='&#x202e;'>a\tb\n\x1b[31m</p>") == ["U+001B", "U+202E"]
    assert pages.unseen("<p>naïve\u00a0→ \u2009</p>") == []


def test_a_command_is_watched(tmp_path):
    (tmp_path / "done").mkdir()
    code = (
        "import pathlib, time\nx = bytearray(b'1') * 300_000_000\ntime.sleep(2)\n"
        "pathlib.Path('done/ada/ps1').mkdir(parents=True)\ntime.sleep(1)\nprint('said')"
    )
    command = [sys.executable, "-c", code]
    done, cost = watching.run(command, dict(os.environ), tmp_path, "done/*/ps1")
    assert (done.returncode, done.stdout) == (0, "said\n")
    assert cost.after == "ada"
    assert 2 < cost.longest < cost.seconds
    assert 280 < cost.memory_mb < 400


def test_outside_of_a_sandbox_the_attack_on_keys_finds_the_canary():
    attack = (ATTACKS / "read_the_keys.py").read_text()
    code = (
        "from autograder.audit.attacks import keyring\n"
        "key = keyring.plant('canary')\n"
        "canary = {'key': key, 'key_name': keyring.DESCRIPTION.decode()}\n"
        f"exec({attack!r})\nprint('kept' if key else 'no keys')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    if done.stdout.endswith("no keys\n"):
        pytest.skip("this machine keeps no keys for a session")
    assert "b'canary'" in done.stdout


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
    assert "| defect `a` | handled correctly |" in text


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
