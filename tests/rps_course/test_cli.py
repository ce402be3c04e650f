import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from file_server import serving
from PIL import Image

from rps_course import __version__, cli, model, profile, submission, training
from rps_course.machine import fetch

COMMAND = Path(sys.executable).with_name("rps-course")
CLOSED = "http://127.0.0.1:9"


def environment(**changes):
    kept = {k: v for k, v in os.environ.items() if k not in ("TFDS_DATA_DIR", "KERAS_HOME")}
    return {**kept, "RPS_PROFILE": "offline", **{k: str(v) for k, v in changes.items()}}


def rps_course(*arguments, cwd=None, **changes):
    return subprocess.run(
        [sys.executable, "-m", "rps_course", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(**changes),
    )


def the_error(done, status):
    """Returns the one line of an error, after seeing that there is no traceback."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("rps-course: error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights with their record, as training leaves them; what trains them does not matter here."""
    course = profile.get("grading-offline")
    classifier = model.reference(course)
    training.compile_head(classifier)
    record = submission.Record(course)
    record.add_phase("head", classifier, SimpleNamespace(epoch=[0], history={"loss": [1.0]}))
    return submission.save(classifier, record, tmp_path_factory.mktemp("trained"))[0]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "hand.png"
    pixels = np.random.default_rng(0).integers(0, 256, (60, 50, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize(
    "command",
    [
        [COMMAND],
        [sys.executable, "-m", "rps_course"],
    ],
)
def test_the_command_runs_as_itself_and_as_a_module(command):
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert done.stdout.strip() == f"rps-course {__version__}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "COMMAND"),
        (["prepare"], "invalid choice: 'prepare'"),
        (["fetch", "--mirror", "server"], "http://"),
        (["train", "--epochs", "1"], "--epochs"),
        (["train", "--epochs", "0", "1"], "expected a whole number, 1 to 9,999,999"),
        (["train", "--seed", "x"], "--seed"),
        (["train", "--seed", "4294967296"], "expected a whole number, 0 to 4,294,967,295"),
        (["train", "--epochs", "1", "99999999999999999999"], "whole number, 1 to 9,999,999"),
        (["train", "--views", "0"], "number of at least 1. Received: 0"),
        (["train", "--views", "stale"], "Received: 'stale'"),
        (["classify"], "PICTURE"),
    ],
)
def test_wrong_arguments_are_refused_with_the_usage(arguments, says, capsys):
    assert cli.main(arguments) == 2
    assert says in capsys.readouterr().err


def test_classifying_a_picture_says_and_draws_what_it_is(weights, picture, tmp_path):
    # Neither --profile nor RPS_PROFILE: the record beside the weights says which network it is.
    done = rps_course("classify", picture, "--weights", weights, cwd=tmp_path, RPS_PROFILE="")
    assert done.returncode == 0, done.stderr
    shares = [float(line.split()[1].rstrip("%")) for line in done.stdout.splitlines()[:3]]
    assert sum(shares) == pytest.approx(100, abs=0.3)
    assert shares == sorted(shares, reverse=True)
    with Image.open(tmp_path / "prediction.png") as image:
        assert image.width > 200


def test_a_wrong_name_of_a_profile_is_told_with_what_set_it(tmp_path):
    said = the_error(rps_course("train", "--profile", "foo", cwd=tmp_path), 2)
    assert "No profile is called 'foo'" in said
    assert "Set RPS_PROFILE" not in said
    said = the_error(rps_course("train", cwd=tmp_path, RPS_PROFILE="foo"), 2)
    assert "Set RPS_PROFILE to one of these, or unset it." in said


def test_a_wrong_picture_is_named(tmp_path):
    path = tmp_path / "hand.png"
    path.write_text("I am no picture.")
    assert "hand.png is not a picture" in the_error(rps_course("classify", path), 2)


def test_missing_weights_are_named(picture, tmp_path):
    done = rps_course("classify", picture, cwd=tmp_path)
    assert f"{submission.RPS_WEIGHTS} is missing" in the_error(done, 2)


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_a_folder_is_neither_weights_nor_a_drawing(picture, folder):
    done = rps_course("classify", picture, "--weights", folder)
    assert f"{folder} is missing" in the_error(done, 2)
    done = rps_course("classify", picture, "--out", folder)
    assert f"{folder} is a folder" in the_error(done, 2)


def test_what_was_trained_is_found_where_train_writes_it(weights, picture, tmp_path):
    shutil.copytree(weights.parent, tmp_path / "rps-training")
    done = rps_course("classify", picture, "--json", cwd=tmp_path, RPS_PROFILE="")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["weights"] == f"rps-training/{submission.RPS_WEIGHTS}"
    assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_a_damaged_weights_file_is_named(picture, tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(b"nothing of use")
    assert "weights.h5" in the_error(rps_course("classify", picture, "--weights", path), 2)


@pytest.mark.parametrize("command", ["train", "classify"])
def test_an_unknown_profile_is_refused_with_those_that_there_are(command, picture):
    more = [picture] if command == "classify" else []
    for given in ({"RPS_PROFILE": "fast"}, {}):
        named = [] if given else ["--profile", "fast"]
        error = the_error(rps_course(command, *more, *named, **given), 2)
        assert "'fast'" in error
        assert "standard, offline" in error


def test_grading_without_the_real_data_says_to_fetch_it(tmp_path):
    empty = {"TFDS_DATA_DIR": tmp_path, "KERAS_HOME": tmp_path}
    done = rps_course("train", "--profile", "grading-standard", "--out", tmp_path / "out", **empty)
    assert "rps-course fetch" in the_error(done, 1)


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    train = ("train", "--profile", "grading-offline", "--out")
    refused = rps_course(*train, tmp_path / "file")
    assert refused.returncode == 2
    assert "/file' is there and is no folder" in refused.stderr
    assert the_error(rps_course(*train, tmp_path / "file/in"), 1).endswith(": Not a directory")


def test_fetching_without_a_network_says_so(tmp_path):
    empty = {"TFDS_DATA_DIR": tmp_path / "tfds", "KERAS_HOME": tmp_path / "keras"}
    error = the_error(rps_course("fetch", "--mirror", CLOSED, **empty), 1)
    assert "no network" in error
    assert "RPS_PROFILE=offline" in error


def test_fetching_a_wrong_file_is_refused(tmp_path):
    empty = {"TFDS_DATA_DIR": tmp_path / "tfds", "KERAS_HOME": tmp_path / "keras"}
    name = fetch.keras_files()[0].path.name
    with serving({name: b"<html>log in first</html>"}) as server:
        done = rps_course("fetch", "--mirror", server.url, **empty)
    assert "did not give the file that it should" in the_error(done, 1)


def test_an_interrupted_fetch_ends_with_one_line_and_keeps_what_came(tmp_path):
    name = fetch.keras_files()[0].path.name
    part = tmp_path / "keras" / "models" / f"{name}.part"
    with serving({name: bytes(2_000_000)}) as server:
        server.cut, server.stalls = 1_500_000, True
        running = subprocess.Popen(
            [sys.executable, "-m", "rps_course", "fetch", "--mirror", server.url],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(TFDS_DATA_DIR=tmp_path / "tfds", KERAS_HOME=tmp_path / "keras"),
        )
        deadline = time.monotonic() + 600
        while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=600)
    assert running.returncode == 130
    assert errors.rstrip().endswith("rps-course: interrupted")
    assert "Traceback" not in errors
    assert part.stat().st_size > 0


def test_an_interrupted_training_ends_at_once_and_can_go_on(tmp_path):
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "rps_course",
            "train",
            "--out",
            tmp_path,
            "--epochs",
            "2000",
            "1",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(RPS_PROFILE="grading-offline"),
    )
    said = b""
    while b"Epoch 2" not in said and running.poll() is None:
        said += os.read(running.stdout.fileno(), 4096)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=600)
    assert running.returncode == 130
    said = b"rps-course: interrupted; the same command goes on from there"
    assert errors.rstrip().endswith(said)
    assert b"Traceback" not in errors
    assert "checkpoint.npz" in {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("rps_model*"))


def test_fetching_what_is_there_says_so(real_data):
    done = rps_course("fetch", "--mirror", CLOSED, **real_data)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("There already") == 4


def test_the_doctor_finds_the_real_data(real_data):
    done = rps_course("doctor", RPS_PROFILE="standard", **real_data)
    assert done.returncode == 0, done.stdout
    assert "Nothing is missing" in done.stdout


def test_the_doctor_says_what_the_standard_profile_lacks(tmp_path):
    empty = {"TFDS_DATA_DIR": tmp_path / "tfds", "KERAS_HOME": tmp_path / "keras"}
    # Where no course is graded: what grading needs is not asked for.
    done = rps_course("doctor", RPS_PROFILE="standard", cwd=tmp_path, **empty)
    assert done.returncode == 1
    missing = [line for line in done.stdout.splitlines() if line.startswith("missing")]
    assert len(missing) == 4
    assert "rps-course fetch" in done.stdout


def test_the_doctor_finds_nothing_missing_for_the_offline_profile(tmp_path):
    empty = {"TFDS_DATA_DIR": tmp_path / "tfds", "KERAS_HOME": tmp_path / "keras"}
    done = rps_course("doctor", cwd=tmp_path, **empty)
    assert done.returncode == 0, done.stdout
    assert "offline: 96 pixels" in done.stdout
