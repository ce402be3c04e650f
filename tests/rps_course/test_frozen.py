"""The frozen part computed once: where the cut is, and that the numbers are those of the whole."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from rps_course import augmentation, data, model, training
from rps_course.fast import batches, frozen, inference
from rps_course.profile import get

SMALL = dataclasses.replace(get("offline"), subset=(45, 15), batch_size=16)


@pytest.fixture(scope="module")
def arrays():
    return data.arrays(SMALL)


def classifier(fine_tune_at=None):
    built = model.reference(SMALL)
    training.compile_head(built)
    if fine_tune_at is not None:
        model.unfreeze(built.layers[0], fine_tune_at)
        training.compile_fine_tune(built)
    return built


@pytest.mark.parametrize(
    ("fine_tune_at", "shape"),
    [
        (None, (1280,)),  # all of the backbone is frozen
        (149, (3, 3, 336)),  # the course's cut
        (150, (3, 3, 112)),
        (140, (3, 3, 56)),  # inside a block with a shortcut: the block's start
    ],
)
def test_the_cut_is_before_the_first_layer_that_trains(fine_tune_at, shape, arrays):
    whole = classifier(fine_tune_at)
    front, tail = frozen.split(whole)
    assert front.output_shape[1:] == shape
    assert {id(w) for w in tail.trainable_weights} == {id(w) for w in whole.trainable_weights}
    pictures = arrays[0][:6]
    assert np.allclose(tail(front(pictures)), whole(pictures), atol=1e-5)


def test_an_unfrozen_batch_norm_without_trainable_weights_is_not_frozen():
    whole = classifier()
    norms = [
        i
        for i, layer in enumerate(whole.layers[0].layers)
        if isinstance(layer, tf.keras.layers.BatchNormalization)
    ]
    # Its weights do not train, since the backbone's own switch is off; its statistics would.
    whole.layers[0].layers[norms[-1]].trainable = True
    front, _ = frozen.split(whole)
    assert len(front.layers) == norms[-1]


def test_a_network_without_frozen_layers_is_refused():
    with pytest.raises(frozen.FrozenError, match="Nothing is frozen before layer 1 "):
        frozen.split(classifier(0))


def test_a_network_of_another_form_is_refused():
    other = tf.keras.Sequential([tf.keras.Input((8,)), tf.keras.layers.Dense(3)])
    with pytest.raises(frozen.FrozenError, match="Received: Sequential of Dense"):
        frozen.split(other)


@pytest.mark.parametrize("fine_tune_at", [None, 149])
def test_fast_inference_agrees_with_tensorflow_to_rounding(fine_tune_at, arrays):
    front, _ = frozen.split(classifier(fine_tune_at))
    pictures = arrays[0][:7]  # not a multiple of the batch that the runtime takes
    wanted = front.predict_on_batch(pictures)
    found = inference.Inference(front)(pictures)
    assert found.dtype == np.float32
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-5 * np.abs(wanted).max()


def test_fast_inference_agrees_with_tensorflow_on_the_real_network(real_data):
    whole = model.reference(get("standard"))
    model.unfreeze(whole.layers[0], 149)
    front, _ = frozen.split(whole)
    assert front.output_shape[1:] == (7, 7, 960)
    pictures = np.random.default_rng(0).random((5, 224, 224, 3), np.float32)
    wanted = front.predict_on_batch(pictures)
    assert np.abs(inference.Inference(front)(pictures) - wanted).max() < 1e-4 * np.abs(wanted).max()


def generators(arrays, seed=0):
    """Batches whose labels number the pictures."""
    X_train, _, X_test, _ = arrays
    numbered = X_train, np.arange(len(X_train)), X_test, np.arange(len(X_test))
    return augmentation.make_generators(*numbered, batch_size=SMALL.batch_size, seed=seed)


def compute(pictures):
    """Stands for a frozen part whose outputs are easy to tell apart."""
    pictures = np.asarray(pictures)
    return np.stack([pictures.mean(axis=(1, 2, 3)), pictures[:, 0, 0, 0]], axis=1)


def epoch(given):
    drawn = [given[i] for i in range(len(given))]
    given.on_epoch_end()
    return np.concatenate([x for x, _ in drawn]), np.concatenate([y for _, y in drawn])


def test_fresh_features_are_those_of_each_epochs_pictures(arrays):
    pictures, _ = generators(arrays)
    features = batches.Fresh(generators(arrays)[0], compute)
    assert len(features) == len(pictures) == 3
    for _ in range(2):
        (X, y), (F, labels) = epoch(pictures), epoch(features)
        assert np.allclose(F, compute(X))
        assert np.array_equal(y, labels)


def test_stored_features_come_in_turn_and_in_a_new_order(arrays):
    pictures, _ = generators(arrays)
    features = batches.stored(generators(arrays)[0], compute, views=2, seed=0)
    assert len(features) == 3
    wanted = [epoch(pictures) for _ in range(2)]
    epochs = [epoch(features) for _ in range(4)]
    for number, (F, labels) in enumerate(epochs):
        X, y = wanted[number % 2]
        assert np.allclose(F[np.argsort(labels)], compute(X)[np.argsort(y)], atol=1e-3)
    assert not np.array_equal(epochs[0][1], epochs[2][1])  # the same view, in another order


def test_stored_validation_features_keep_order_and_precision(arrays):
    _, validation = generators(arrays)
    features = batches.stored(validation, compute)
    for _ in range(2):
        F, labels = epoch(features)
        assert np.array_equal(F, compute(arrays[2]))
        assert np.array_equal(labels, np.arange(len(F)))


def test_large_caches_are_on_disk_and_hold_the_same(arrays, monkeypatch):
    small = epoch(batches.stored(generators(arrays)[0], compute, views=2, seed=0))
    monkeypatch.setattr(batches, "IN_MEMORY", 100)
    stored = batches.stored(generators(arrays)[0], compute, views=2, seed=0)
    assert all(isinstance(view, np.memmap) for view in stored.views)
    large = epoch(stored)
    assert np.array_equal(small[0], large[0])
    assert np.array_equal(small[1], large[1])


def test_views_for_which_there_is_no_room_are_refused(arrays, monkeypatch):
    monkeypatch.setattr(batches, "IN_MEMORY", 100)
    monkeypatch.setattr(batches.shutil, "disk_usage", lambda _: SimpleNamespace(free=200))
    with pytest.raises(frozen.FrozenError, match=r"2 views need .* Use fewer views"):
        batches.stored(generators(arrays)[0], compute, views=2, seed=0)
