import numpy as np
import pytest
import tensorflow as tf

from rps_course import model, training
from rps_course.profile import get

OFFLINE = get("grading-offline")


@pytest.fixture(scope="module")
def classifier():
    return model.reference(OFFLINE)


def test_the_backbone_gives_1280_features_and_is_frozen():
    backbone = model.build_backbone(OFFLINE)
    assert backbone(np.zeros((2, 96, 96, 3), np.float32)).shape == (2, 1280)
    assert backbone.trainable_weights == []
    assert len(backbone.layers) == 155


def test_a_backbone_that_is_built_again_is_pretrained_and_another_one():
    first, again = model.build_backbone(OFFLINE), model.build_backbone(OFFLINE)
    pretrained = tf.keras.applications.MobileNetV2(
        input_shape=OFFLINE.input_shape, include_top=False, alpha=OFFLINE.alpha, weights=None
    )
    pretrained.load_weights(OFFLINE.weights)
    first.set_weights([np.zeros_like(w) for w in first.get_weights()])
    for backbone in (again, model.build_backbone(OFFLINE)):
        for received, wanted in zip(backbone.weights, pretrained.weights, strict=True):
            assert np.array_equal(received, wanted)


def test_the_head_has_3843_trainable_parameters(classifier):
    assert sum(int(np.prod(w.shape)) for w in classifier.trainable_weights) == 3843
    outputs = classifier(np.random.default_rng(0).random((4, 96, 96, 3), dtype=np.float32))
    assert np.allclose(outputs.numpy().sum(axis=1), 1, atol=1e-5)


def test_unfreezing_frees_exactly_the_tail():
    backbone = model.build_backbone(OFFLINE)
    model.unfreeze(backbone, 149)
    owners = {id(w): i for i, layer in enumerate(backbone.layers) for w in layer.weights}
    free = {owners[id(w)] for w in backbone.trainable_weights}
    assert min(free) == 149
    assert len(backbone.trainable_weights) == 6  # two convolutions, two batch normalizations


def test_the_standard_profile_has_the_parameters_of_the_recipe(real_data):
    network = model.reference(get("standard"))
    count = lambda: sum(int(np.prod(w.shape)) for w in network.trainable_weights)  # noqa: E731
    assert count() == 3843
    model.unfreeze(network.layers[0], get("standard").fine_tune_at)
    assert count() == 723_843


@pytest.mark.parametrize("index", [-1, 155, 1000])
def test_unfreezing_at_a_layer_that_is_not_there_is_refused(index):
    with pytest.raises(ValueError, match=f"from 0 to 154. Received: {index}"):
        model.unfreeze(model.build_backbone(OFFLINE), index)


def test_compiling_sets_the_rates_of_the_recipe(classifier):
    training.compile_head(classifier)
    assert np.isclose(float(classifier.optimizer.learning_rate), 1e-3)
    training.compile_fine_tune(classifier)
    assert np.isclose(float(classifier.optimizer.learning_rate), 1e-5)
    assert isinstance(classifier.optimizer, tf.keras.optimizers.Adam)
