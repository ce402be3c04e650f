"""Self-checks as a student meets them, and what they report to a grader."""

import sys

import numpy as np
import pytest
import reference_answers as ref

from autograder.core.challenge import Challenge
from autograder.core.check import report
from rps_course import check
from rps_course.course import COURSE
from rps_course.profile import get


def test_a_right_answer_prints_what_holds(capsys):
    check.top_k(ref.top_k)
    out = capsys.readouterr().out
    points = COURSE.load_rubric()["top_k"]["points"]
    assert f"top_k: {points} of {points} points" in out
    assert out.count("[ok]") == 3
    assert "of 27 points from the checks in this notebook" in out


def test_a_wrong_answer_raises_with_reason_and_hint(capsys):
    with pytest.raises(check.CheckFailed) as failed:
        check.top_k(lambda probs, labels, k=5: ref.top_k(probs, labels, k)[::-1])
    text = str(failed.value)
    assert "the least likely of them comes first" in text
    assert "Hint: np.argsort sorts from small to large." in text
    assert failed.value._render_traceback_() == text.split("\n")


def test_a_function_that_raises_is_quoted():
    def top_k(probs, labels, k=5):
        return labels["first"]

    with pytest.raises(check.CheckFailed, match="`top_k` raised TypeError: list indices"):
        check.top_k(top_k)


def test_a_function_that_exits_does_not_end_the_notebook():
    with pytest.raises(check.CheckFailed, match="raised SystemExit"):
        check.top_k(lambda *_, **__: sys.exit(0))


def test_something_too_odd_to_probe_is_a_failed_check_and_no_crash():
    class Odd(list):
        def __iter__(self):
            raise RuntimeError("no")

        def __getitem__(self, _):
            raise RuntimeError("no")

    with pytest.raises(check.CheckFailed, match="could not be read: RuntimeError"):
        check.top_k(lambda *_, **__: Odd([1]))


@pytest.mark.parametrize(
    ("name", "answer"), [("compile_head", ref.compiler()), ("train_head", ref.train_head)]
)
def test_half_precision_in_a_notebook_fails_no_check(name, answer, capsys):
    import tensorflow as tf

    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        getattr(check, name)(answer)
        assert tf.keras.mixed_precision.global_policy().name == "mixed_float16"
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    assert f"{name}: " in capsys.readouterr().out


def test_a_grader_gets_facts_and_no_verdict(capsys):
    challenge = Challenge.fresh()
    content = report(
        COURSE.exercises["top_k"], lambda *_, **__: None, challenge, get("grading-offline")
    )
    assert content["exercise"] == "top_k"
    assert content["challenge"] == challenge.id
    assert content["profile"] == "grading-offline"
    assert challenge.secret.hex() not in str(content)
    assert "points" not in capsys.readouterr().out


def test_standard_error_becomes_ordinary_output(capsys):
    def top_k(probs, labels, k=5):
        print("careful", file=sys.stderr)
        return ref.top_k(probs, labels, k)

    check.top_k(top_k)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "careful" in captured.out


def test_a_missing_file_is_named_without_the_folder_that_it_was_looked_for_in(tmp_path):
    with pytest.raises(check.CheckFailed, match=r"used: rps_model\.weights\.h5 is missing"):
        check.trained_model(tmp_path / "rps_model.weights.h5")


def test_a_flood_of_warnings_is_cut_short(capsys):
    def top_k(probs, labels, k=5):
        for number in range(100):
            print(f"careful, number {number}", file=sys.stderr)
        return ref.top_k(probs, labels, k)

    check.top_k(top_k)
    said = capsys.readouterr().out
    assert said.count("careful") == 8
    assert "more lines of warnings" in said


def test_an_error_within_map_is_quoted_without_the_traceback_in_its_message():
    def preprocess_image(sample):
        image = sample["image"].numpy() / np.float32(255)
        return {"image": tf.image.resize(image, (96, 96)), "label": sample["label"]}

    import tensorflow as tf

    with pytest.raises(check.CheckFailed) as failed:
        check.preprocess_image(preprocess_image)
    assert "raised AttributeError: 'SymbolicTensor' object has no attribute 'numpy'." in str(
        failed.value
    )


def test_once_solved_waits_for_an_answer_and_hides_nothing_else(capsys):
    with check.once_solved("a", "b", "c"):
        raise NotImplementedError
    assert "Answer a, b and c above" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError), check.once_solved("a"):
        1 / 0  # noqa: B018


def test_once_solved_names_the_function_whose_check_fails(capsys):
    said_of(backwards)
    with check.once_solved("top_k", "b"):
        raise ValueError("deep inside Keras\nand more")
    said = capsys.readouterr().out
    assert "This cell needs top_k, whose check fails" in said
    assert "ValueError: deep inside Keras)" in said
    check.top_k(ref.top_k)
    with pytest.raises(ZeroDivisionError), check.once_solved("top_k"):
        1 / 0  # noqa: B018


def said_of(top_k):
    with pytest.raises(check.CheckFailed) as failed:
        check.top_k(top_k)
    return str(failed.value)


def backwards(probs, labels, k=5):
    return ref.top_k(probs, labels, k)[::-1]


def one_too_few(probs, labels, k=5):
    return ref.top_k(probs, labels, k)[:-1]


def test_a_mistake_that_is_repeated_gives_a_more_specific_hint_until_the_check_passes():
    check.top_k(ref.top_k)
    assert "More: " not in said_of(backwards)
    assert "More: Print the sorted probabilities" in said_of(backwards)
    check.top_k(ref.top_k)
    assert "More: " not in said_of(backwards)


def test_a_new_mistake_does_not_give_its_second_hint_at_once():
    check.top_k(ref.top_k)
    said_of(backwards)
    assert "More: " not in said_of(one_too_few)
    assert "More: Call it with k=1" in said_of(one_too_few)
    assert "More: Print the sorted probabilities" in said_of(backwards)
