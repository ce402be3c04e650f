"""The corpus of answers and the mutants: all are judged right, and there are enough of them."""

import json
import subprocess
import sys

import pytest
from nbgrader_course import ROOT

from autograder.audit import subject
from autograder.audit.answers import corpus as answers
from autograder.audit.answers import mutants, scorecard
from autograder.core.verdict import explain, from_json

CORPUS = ROOT / "corpus"
SUBJECT = subject.read(ROOT)
FUNCTIONS = answers.functions(SUBJECT)
RULES = SUBJECT.course.load_rubric()


@pytest.mark.timeout(3000)
def test_the_grader_is_right_about_every_answer_and_mutant():
    audit = ["audit", "--corpus", "corpus", "--quick", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *audit],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    content = json.loads(done.stdout)
    wrong = {
        (row["exercise"], title): row[name]
        for row in content["exercises"]
        for name, title in scorecard.TITLES.items()
        if row[name]
    }
    assert wrong == {}
    assert content["clean"]
    assert done.returncode == 0
    assert [row["exercise"] for row in content["exercises"]] == sorted(FUNCTIONS)
    for row in content["verdicts"]:
        for verdict in filter(None, (row["verdict"], row["self_check"])):
            read = from_json(verdict)
            lost = sum(reason.lost for reason in read.reasons)
            assert lost == pytest.approx(read.points - read.score), explain(read)
    for row in content["exercises"]:
        assert row["right"] >= 12
        assert row["wrong"] >= 15
        assert row["mutants"]


def test_every_exercise_has_its_corpus():
    found = answers.read(CORPUS, SUBJECT)
    for name in FUNCTIONS:
        kinds = [a.kind for a in found if a.exercise == name]
        assert kinds.count("accept") >= 12, name
        assert kinds.count("reject") >= 15, name
    sources = [(a.exercise, a.source) for a in found]
    assert len(set(sources)) == len(sources)


def test_mutants_of_the_solutions_cover_every_exercise_and_do_not_change():
    first, again = mutants.of_solutions(SUBJECT), mutants.of_solutions(SUBJECT)
    assert first == again
    assert {a.exercise for a in first} == set(FUNCTIONS)
    listed = mutants.equivalent(CORPUS)
    assert listed.keys() <= {(a.exercise, a.name) for a in first}
    assert all(listed.values())


def test_messages_say_what_was_received_and_wanted_and_give_two_hints():
    for name in FUNCTIONS:
        for key, message in RULES[name]["messages"].items():
            if message.get("share") == 1:  # a note
                continue
            assert message["hint"], (name, key)
            assert message["second_hint"], (name, key)
            assert message["hint"] != message["second_hint"]


def test_no_hint_holds_a_line_of_a_solution():
    for answer in answers.read(CORPUS, SUBJECT):
        if answer.kind == "accept":
            lines = {line.strip() for line in answer.source.split("\n") if len(line.strip()) > 20}
            for message in RULES[answer.exercise]["messages"].values():
                hints = message.get("hint", "") + message.get("second_hint", "")
                assert not any(line in hints for line in lines), (answer.exercise, hints)
