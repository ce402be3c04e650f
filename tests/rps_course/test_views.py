"""What a phase goes through: which features are computed, stored, and found again."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from rps_course import augmentation, data, model, training
from rps_course.fast import frozen
from rps_course.fast.views import Views, ViewsError
from rps_course.profile import get

SMALL = dataclasses.replace(get("offline"), subset=(60, 24), batch_size=16)


@pytest.fixture(scope="module")
def arrays():
    return data.arrays(SMALL)


def compiled():
    classifier = model.reference(SMALL)
    training.compile_head(classifier)
    return classifier


def test_more_views_show_more_pictures(arrays):
    """With one view the frozen part gives the same features in every epoch; with two it doesn't."""
    for views, different in ((1, 1), (2, 2)):
        generators = augmentation.make_generators(*arrays, batch_size=60, seed=0)
        _, features, *_ = Views(views, 149, progress=False).parts(compiled(), *generators)
        sums = set()
        for _ in range(4):
            sums.add(round(float(np.float64(features[0][0]).sum()), 3))
            features.on_epoch_end()
        assert len(sums) == different


@pytest.fixture(scope="module")
def two_phases(arrays):
    """Views of two phases, the batches, and the classifier, which is now in the second phase."""
    generators = augmentation.make_generators(*arrays, batch_size=16, seed=0)
    views, classifier = Views(2, 149, progress=False), compiled()
    head = views.parts(classifier, *generators)
    assert head.train[0][0].shape == (16, 1280)
    model.unfreeze(classifier.layers[0], 149)
    training.compile_fine_tune(classifier)
    return views, generators, classifier


def test_the_second_phase_takes_up_what_the_first_one_stored(two_phases, arrays, monkeypatch):
    views, generators, classifier = two_phases
    with monkeypatch.context() as patched:
        patched.setattr("rps_course.fast.inference.Inference", None)  # nothing is computed
        tail, train, validation, drawn = views.parts(classifier, *generators)
    assert drawn is train
    # The same as if it had been computed for this phase.
    front, _ = frozen.split(classifier)
    pictures, _ = augmentation.make_generators(*arrays, batch_size=60, seed=0)
    expected, labels = pictures[0]
    expected = front.predict_on_batch(expected)
    assert np.allclose(train.views[0], expected, atol=2e-3 * np.abs(expected).max())
    assert np.array_equal(train.labels[0], labels)
    assert np.allclose(validation[0][0], front.predict_on_batch(arrays[2][:16]), atol=1e-4)
    assert np.allclose(tail.predict(validation, verbose=0), classifier(arrays[2]), atol=1e-5)


@pytest.mark.parametrize("from_layer", [140, 150])
def test_what_trains_from_another_layer_on_gets_its_own_features(from_layer, two_phases, arrays):
    views, generators, classifier = two_phases
    try:
        model.unfreeze(classifier.layers[0], from_layer)
        training.compile_fine_tune(classifier)
        tail, _, validation, _ = views.parts(classifier, *generators)
        assert np.allclose(tail.predict(validation, verbose=0), classifier(arrays[2]), atol=1e-5)
    finally:
        model.unfreeze(classifier.layers[0], 149)
        training.compile_fine_tune(classifier)


def test_features_of_weights_that_have_changed_are_not_taken_up(arrays):
    generators = augmentation.make_generators(*arrays, batch_size=16, seed=0)
    views, classifier = Views(1, 149, progress=False), compiled()
    before = views.parts(classifier, *generators).validation
    last = next(layer for layer in reversed(classifier.layers[0].layers) if layer.weights)
    last.set_weights([weight * 0.5 for weight in last.get_weights()])
    tail, _, after, _ = views.parts(classifier, *generators)
    assert after is not before
    assert np.allclose(tail.predict(after, verbose=0), classifier(arrays[2]), atol=1e-5)


@pytest.mark.parametrize("views", [0, -1, 2.5, True, "stale", None])
def test_another_way_to_train_is_refused(views):
    with pytest.raises(ViewsError, match='"plain", "fresh" or a number of at least 1'):
        Views(views, 149)


@pytest.mark.parametrize("views", ["fresh", 1])
def test_other_batches_are_adapted_and_those_without_an_index_refused(views, arrays):
    X_train, y_train, X_test, y_test = arrays
    usual = tf.keras.preprocessing.image.ImageDataGenerator()
    train = usual.flow(X_train, y_train, batch_size=16)
    validation = usual.flow(X_test, y_test, batch_size=16, shuffle=False)
    classifier = compiled()
    tail, features, kept, _ = Views(views, 149, progress=False).parts(classifier, train, validation)
    training.train_head(tail, features, kept, 1, verbose=0)
    assert np.allclose(tail.predict(kept, verbose=0), classifier(X_test), atol=1e-5)
    with pytest.raises(frozen.FrozenError, match="Received: list"):
        Views(views, 149).parts(classifier, [], [])


def test_a_model_that_is_not_compiled_is_refused(arrays):
    generators = augmentation.make_generators(*arrays, batch_size=16)
    with pytest.raises(ViewsError, match="compile it before"):
        Views("fresh", 149).parts(model.reference(SMALL), *generators)
