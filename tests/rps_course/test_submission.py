import hashlib
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from rps_course import model, profile, submission, training

OFFLINE = profile.get("offline")
PICTURES = np.random.default_rng(1).random((3, 96, 96, 3), np.float32)


def history(epochs, **values):
    return SimpleNamespace(epoch=list(epochs), history=values or {"loss": [1.0] * len(epochs)})


def record_of(classifier, course=OFFLINE):
    record = submission.Record(course, seed=3)
    training.compile_head(classifier)
    record.add_phase("head", classifier, history(range(2)))
    return record


@pytest.fixture(scope="module")
def classifier():
    import tensorflow as tf

    tf.keras.utils.set_random_seed(5)
    built = model.reference(OFFLINE)
    kernel, bias = built.layers[-1].get_weights()
    # Far from even, so that another computation shows in the probabilities.
    built.layers[-1].set_weights([kernel * 3, bias + np.array([0.1, 0, -0.1], np.float32)])
    return built


@pytest.fixture(scope="module")
def saved(classifier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    return submission.save(classifier, record_of(classifier), folder)


@pytest.fixture
def copy(saved, tmp_path):
    path = tmp_path / submission.RPS_WEIGHTS
    path.write_bytes(saved[0].read_bytes())
    return path


def test_saved_weights_load_into_the_reference_and_predict_the_same(classifier, saved):
    loaded = submission.load_weights(saved[0], OFFLINE)
    wanted = classifier(PICTURES).numpy()
    np.testing.assert_allclose(loaded(PICTURES).numpy(), wanted, atol=1e-6)


def test_saving_leaves_nothing_else_in_the_folder(saved):
    names = {path.name for path in saved[0].parent.iterdir()}
    assert names == {submission.RPS_WEIGHTS, submission.RPS_RECORD}


def test_a_models_number_in_the_session_does_not_matter(classifier, saved):
    for _ in range(2):  # Keras counts up the names of models and layers
        model.build_classifier(classifier.layers[0])
    assert submission.load_weights(saved[0], OFFLINE).count_params() > 0


def functional(classifier):
    import tensorflow as tf

    backbone = classifier.layers[0]
    inputs = tf.keras.Input((96, 96, 3))
    x = tf.keras.layers.Dropout(0.5)(backbone(inputs))
    return tf.keras.Model(inputs, tf.keras.layers.Dense(3, activation="softmax")(x))


def own_pooling(classifier):
    import tensorflow as tf

    backbone = classifier.layers[0]
    headless = tf.keras.Model(backbone.input, backbone.layers[-2].output)
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [headless, layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(3, "softmax")]
    )


def flattened(classifier):
    import tensorflow as tf

    backbone = classifier.layers[0]
    x = tf.keras.layers.Dropout(0.5)(backbone.output)
    return tf.keras.Model(backbone.input, tf.keras.layers.Dense(3, activation="softmax")(x))


@pytest.mark.parametrize("build", [functional, own_pooling, flattened])
def test_models_of_another_structure_save_into_the_same_architecture(build, classifier, tmp_path):
    theirs = build(classifier)
    theirs.set_weights(classifier.get_weights())
    path, _ = submission.save(theirs, record_of(theirs), tmp_path)
    loaded = submission.load_weights(path, OFFLINE)
    np.testing.assert_allclose(loaded(PICTURES).numpy(), theirs(PICTURES).numpy(), atol=1e-5)


def test_a_model_that_gives_logits_saves_as_probabilities(classifier, tmp_path):
    import tensorflow as tf

    layers = [classifier.layers[0], tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3)]
    theirs = tf.keras.Sequential(layers)
    theirs.set_weights(classifier.get_weights())
    path, _ = submission.save(theirs, record_of(theirs), tmp_path)
    loaded = submission.load_weights(path, OFFLINE)
    np.testing.assert_allclose(loaded(PICTURES).numpy().sum(axis=1), 1, atol=1e-5)


def test_a_model_that_computes_something_else_is_not_saved(classifier, tmp_path):
    import tensorflow as tf

    backbone, *head = classifier.layers
    theirs = tf.keras.Sequential([backbone, tf.keras.layers.Rescaling(2, offset=1), *head])
    with pytest.raises(submission.WeightsError, match="Rescaling"):
        submission.save(theirs, record_of(theirs), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_model_with_another_head_is_not_saved(classifier, tmp_path):
    theirs = model.build_classifier(classifier.layers[0], n_classes=2)
    with pytest.raises(submission.WeightsError, match="variables with"):
        submission.save(theirs, record_of(theirs), tmp_path)


def test_a_model_whose_training_went_wrong_is_not_saved(classifier, tmp_path):
    theirs = model.build_classifier(classifier.layers[0])
    kernel, bias = theirs.layers[-1].get_weights()
    theirs.layers[-1].set_weights([kernel, bias * np.nan])
    with pytest.raises(submission.WeightsError, match="NaN"):
        submission.save(theirs, record_of(theirs), tmp_path)


def test_a_record_without_phases_is_not_saved(classifier, tmp_path):
    with pytest.raises(submission.RecordError, match="add_phase"):
        submission.save(classifier, submission.Record(OFFLINE), tmp_path)


def test_a_grading_run_keeps_what_was_handed_in(classifier, tmp_path, capsys):
    handed_in = tmp_path / submission.RPS_WEIGHTS
    handed_in.write_bytes(b"mine")
    submission.save(classifier, record_of(classifier, profile.get("grading-offline")), tmp_path)
    assert handed_in.read_bytes() == b"mine"
    assert not (tmp_path / submission.RPS_RECORD).exists()
    assert "kept" in capsys.readouterr().out


def test_the_record_tells_what_trained_the_weights(classifier, saved):
    record = submission.load_record(saved[1])
    head = record["phases"][0]
    assert record["weights_sha256"] == hashlib.sha256(saved[0].read_bytes()).hexdigest()
    assert record["seed"] == 3
    assert record["profile"] == "offline"
    assert record["device"]["kind"] in ("CPU", "GPU")
    assert {"python", "tensorflow", "keras", "numpy", "rps_course"} <= set(record["versions"])
    assert head["learning_rate"] == pytest.approx(0.001)
    assert head["trainable_parameters"] == 1280 * 3 + 3
    assert head["epochs"] == [0, 1]


def test_a_phase_is_noted_as_it_was_when_it_ended(classifier):
    record = record_of(classifier)
    training.compile_fine_tune(classifier)
    record.add_phase("fine_tune", classifier, history(range(2, 4)))
    rates = [phase["learning_rate"] for phase in record.phases]
    assert rates == pytest.approx([0.001, 0.00001])


def test_the_head_is_kept_of_a_phase_in_which_it_alone_trained(classifier):
    record = record_of(classifier)
    kernel, bias = submission.head_of(record.phases[0], 1280, 3)
    np.testing.assert_array_equal(kernel, classifier.get_weights()[-2])
    np.testing.assert_array_equal(bias, classifier.get_weights()[-1])
    backbone = classifier.layers[0]
    try:
        backbone.layers[-3].trainable = True  # the last with weights
        record.add_phase("fine_tune", classifier, history(range(2, 4)))
    finally:
        backbone.layers[-3].trainable = False
    assert submission.head_of(record.phases[1], 1280, 3) is None


@pytest.mark.parametrize("head", [None, 3, "", "AAAA", "no base64", "AAAA" * 5120, [1.0]])
def test_a_record_without_a_usable_head_has_none(head):
    assert submission.head_of({"head": head}, 1280, 3) is None
    assert submission.head_of({}, 1280, 3) is None


# Weights files that are not what they should be.


def cut_short(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def random_bytes(path):
    path.write_bytes(np.random.default_rng(0).bytes(5000))


@pytest.mark.parametrize("damage", [cut_short, random_bytes])
def test_a_damaged_weights_file_is_refused(damage, copy):
    damage(copy)
    with pytest.raises(submission.WeightsError, match="damaged or incomplete"):
        submission.load_weights(copy, OFFLINE)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_whole_model_in_place_of_the_weights_is_named(name, classifier, copy):
    classifier.save(copy.with_name(name))
    copy.with_name(name).replace(copy)
    with pytest.raises(submission.WeightsError, match=r"a whole Keras model.* the weights alone"):
        submission.load_weights(copy, OFFLINE)


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "an empty file"), (b"\n<!DOCTYPE html>", "such as a web page")]
)
def test_a_failed_download_in_place_of_the_weights_is_named(content, says, copy):
    copy.write_bytes(content)
    with pytest.raises(submission.WeightsError, match=says):
        submission.load_weights(copy, OFFLINE)


def test_missing_weights_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "none.h5", tmp_path):
        with pytest.raises(submission.WeightsError, match="missing"):
            submission.load_weights(path, OFFLINE)


def first_array(file):
    names = []
    file.visititems(
        lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None
    )
    return names[0]


def link_to_another_file(file):
    name = first_array(file)
    del file[name]
    file[name] = h5py.ExternalLink("/etc/passwd", "/")


def link_inside(file):
    name = first_array(file)
    file["elsewhere"] = file[name][()]
    del file[name]
    file[name] = h5py.SoftLink("/elsewhere")


def rings(file):
    for i in range(10):
        file[f"ring{i}"] = file["/"]


def crowd(file):
    for i in range(6000):
        file.create_group(f"g{i}")


def external_storage(file):
    name = first_array(file)
    shape, dtype = file[name].shape, file[name].dtype
    del file[name]
    file.create_dataset(name, shape, dtype, external=[("/etc/passwd", 0, 4 * int(np.prod(shape)))])


def one_more(file):
    file["extra"] = np.zeros(3, np.float32)


def other_type(file):
    name = first_array(file)
    values = file[name][()]
    del file[name]
    file[name] = values.astype(np.float64)


def not_a_number(file):
    file[first_array(file)][...] = np.nan


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (link_to_another_file, "holds a link"),
        (link_inside, "holds a link"),
        (rings, "nested too deeply|far more"),
        (crowd, "far more"),
        (external_storage, "another file"),
        (one_more, "another architecture"),
        (other_type, "numbers as float64, expected float32"),
        (not_a_number, "NaN"),
    ],
)
def test_a_weights_file_with_anything_else_in_it_is_refused(change, says, copy):
    with h5py.File(copy, "r+") as file:
        change(file)
    with pytest.raises(submission.WeightsError, match=says):
        submission.load_weights(copy, OFFLINE)


def test_weights_of_the_other_profile_are_named(saved):
    says = r"offline profile \(MobileNetV2 \(alpha 0.35\)\).*alpha 1"
    with pytest.raises(submission.WeightsError, match=says):
        submission.load_weights(saved[0], profile.get("standard"))


@pytest.mark.parametrize("precision", ["float64", "float16"])
def test_whatever_precision_a_notebook_chooses_the_grader_can_load_what_it_saves(
    precision, saved, tmp_path
):
    from keras import config

    record = submission.Record(OFFLINE)
    record.phases = submission.load_record(saved[1])["phases"]
    config.set_floatx(precision)
    config.set_dtype_policy(precision)
    try:
        built = model.reference(OFFLINE)
        path, _ = submission.save(built, record, tmp_path)
        here = submission.load_weights(path, OFFLINE).get_weights()
    finally:
        config.set_floatx("float32")
        config.set_dtype_policy("float32")
    there = submission.load_weights(path, OFFLINE).get_weights()
    assert all((a == b).all() for a, b in zip(here, there, strict=True))
