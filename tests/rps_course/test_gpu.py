"""What training does on GPUs, on the CPU: precision, the tf.data pipeline, several devices."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from rps_course import augmentation, model, submission, training
from rps_course.fast import gpu, views
from rps_course.profile import get

PROFILE = get("grading-offline")


def test_without_a_gpu_nothing_changes():
    with gpu.use():
        built = model.reference(PROFILE)
        assert tf.distribute.get_strategy().num_replicas_in_sync == 1
    assert not gpu.available()
    assert {layer.compute_dtype for layer in built.layers[0].layers} == {"float32"}
    assert views.default() == "fresh"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_in_mixed_precision_weights_and_probabilities_stay_float32(policy):
    with gpu.use(policy):
        built = model.reference(PROFILE)
    assert tf.keras.mixed_precision.global_policy().name == "float32"  # as before
    assert built.layers[0].layers[10].compute_dtype == policy.removeprefix("mixed_")
    assert {weight.dtype for weight in built.weights} == {"float32"}
    pictures = np.random.default_rng(0).random((12, *PROFILE.input_shape), np.float32)
    labels = np.arange(12) % 3
    single = model.reference(PROFILE)
    single.set_weights(built.get_weights())
    probabilities = built.predict(pictures, verbose=0)
    assert probabilities.dtype == np.float32
    assert np.allclose(probabilities, single.predict(pictures, verbose=0), atol=0.03)
    training.compile_head(built)
    before = built.get_weights()
    generators = augmentation.make_generators(pictures, labels, pictures, labels, batch_size=6)
    history = training.train_head(built, *generators, 2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    record = submission.Record(PROFILE)
    record.add_phase("head", built, history)
    assert record.phases[0]["learning_rate"] == pytest.approx(0.001)
    moved = [not np.array_equal(a, b) for a, b in zip(before, built.get_weights(), strict=True)]
    assert moved[-2:] == [True, True]
    assert not any(moved[:-2])


def in_a_process(code):
    """Runs code where TensorFlow has two logical CPUs, which only a fresh process can have."""
    start = (
        "import json, numpy as np, tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "tf.config.set_logical_device_configuration(\n"
        "    cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n"
        "from rps_course import augmentation, model, run, training\n"
        "from rps_course.fast import gpu\n"
        "from rps_course.profile import get\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"RPS_PROFILE": "grading-offline"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_several_devices_train_what_one_trains():
    found = in_a_process(
        """
rng = np.random.default_rng(0)
X, y = rng.random((14, 96, 96, 3), np.float32), np.arange(14) % 3
still = augmentation.Augmentation(0, 0, 0, 0, 0)
kernels, losses = [], []
for devices in ([], ["CPU:0", "CPU:1"]):
    tf.keras.utils.set_random_seed(0)
    train, _ = augmentation.make_generators(X, y, X, y, batch_size=14, augmentation=still)
    _, validation = augmentation.make_generators(X, y, X, y, batch_size=4)  # 4, 4, 4, 2
    with gpu.use(devices=devices):
        # Without Dropout, whose masks differ from device to device.
        head = tf.keras.layers.Dense(3, activation="softmax")
        classifier = tf.keras.Sequential([model.build_backbone(), head])
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
    training.compile_head(classifier)
    history = training.train_head(classifier, train.dataset(), validation.dataset(), 5, verbose=0)
    kernels.append(head.kernel.numpy())
    losses.append(history.history["loss"] + history.history["val_loss"])
print(json.dumps({"replicas": replicas, "losses": losses,
                  "difference": float(np.abs(kernels[0] - kernels[1]).max())}))
"""
    )
    assert found["replicas"] == 2
    assert np.allclose(*found["losses"], rtol=1e-4)
    assert found["difference"] < 5e-5  # of the 0.005 that five steps move a weight


def test_the_whole_training_runs_as_on_two_gpus(tmp_path):
    found = in_a_process(
        f"""
gpu.available = lambda: True
use = gpu.use
gpu.use = lambda devices: use("mixed_bfloat16", devices or ["CPU:0", "CPU:1"])
result = run.train(get("grading-offline"), {str(tmp_path)!r}, seed=1, verbose=0)
record = json.load(open({str(tmp_path / "rps_model.json")!r}))
print(json.dumps({{
    "dtypes": sorted({{w.dtype for w in result.model.weights}}),
    "policy": result.model.layers[0].layers[5].compute_dtype,
    "views": [p["views"] for p in record["phases"]],
    "epochs": [p["epochs"] for p in record["phases"]],
    "difference": abs(record["phases"][1]["history"]["val_accuracy"][-1] - result.test_accuracy),
}}))
"""
    )
    assert found["dtypes"] == ["float32"]
    assert found["policy"] == "float32"
    assert found["views"] == ["plain", "plain"]
    assert found["epochs"] == [[0], [1]]
    assert found["difference"] <= 0.1  # one or two of 24 pictures, by bfloat16
    assert (tmp_path / "rps_model.weights.h5").is_file()


def test_what_a_kernel_preloads_does_not_look_for_gpus():
    """A fork of a process that has begun to use a GPU cannot use it."""
    program = (
        "from tensorflow.python.eager import context; from rps_course.course import COURSE;"
        "COURSE.preload(True); print(context.context()._physical_devices)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "None"
