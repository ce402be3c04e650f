"""Every exercise is probed with right and wrong answers; evidence makes the trip through JSON."""

import json

import jsonschema
import numpy as np
import pytest
import reference_answers as ref
import tensorflow as tf

from rps_course import check, exercises
from rps_course.challenge import Challenge
from rps_course.profile import get

COURSE = get("grading-offline")


def judge(name, function, challenge=None):
    challenge = challenge or Challenge.fresh()
    exercise = exercises.registry()[name]
    try:
        facts = exercise.gather(function, challenge, COURSE)
        jsonschema.validate(facts, exercise.facts)
    except exercises.Raised as error:
        facts = {"raised": error.fact}
    facts = json.loads(json.dumps(facts, allow_nan=False))
    return check.judge(name, facts, challenge, COURSE)


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_the_reference_answer_earns_full_points(name):
    verdict = judge(name, getattr(ref, name))
    assert verdict.is_full, check.explain(verdict)


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_no_answer_earns_nothing(name):
    def blank(*_, **__):
        raise NotImplementedError

    verdict = judge(name, blank)
    assert verdict.score == 0
    assert "has no answer yet" in verdict.reasons[0].says


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_returning_none_earns_nothing(name):
    verdict = judge(name, lambda *_, **__: None)
    assert verdict.score == 0
    assert verdict.reasons


# Wrong answers meet the same challenge every time: what they earn is then exact.
FIXED = Challenge(bytes(range(32)))


def rejects(name, function, score, says):
    verdict = judge(name, function, FIXED)
    assert verdict.score == score, check.explain(verdict)
    assert says in check.explain(verdict)


# ps1


def image_by(change):
    def preprocess_image(sample):
        return {"image": change(sample["image"]), "label": sample["label"]}

    return preprocess_image


def resized(image):
    return tf.image.resize(tf.cast(image, tf.float32), (ref.SIZE, ref.SIZE))


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (lambda s: s, 0, "has shape [300, 300, 3], wanted [96, 96, 3]"),
        (lambda s: s["image"], 0, "wanted a dictionary"),
        (image_by(resized), 3, "The pixels reach from"),
        (image_by(lambda i: resized(i) / 127.5 - 1), 3, "The pixels reach from -1"),
        (image_by(lambda i: tf.cast(i, tf.float32) / 255), 3, "wanted [96, 96, 3]"),
        (image_by(lambda i: resized(i)[::-1] / 255), 5, "not those of the resized picture"),
        (image_by(lambda i: resized(i)[..., ::-1] / 255), 5, "channels swapped"),
        (lambda s: {"image": resized(s["image"]) / 255}, 7, "The label is gone"),
        (image_by(lambda i: (resized(i) / 255).numpy()), 5, "Inside `ds.map`"),
        (lambda s: {"image": resized(s["image"]) / 255, "label": 0 * s["label"] + 7}, 7, "changed"),
    ],
)
def test_preprocess_image_by_a_wrong_answer(function, score, says):
    rejects("preprocess_image", function, score, says)


def test_preprocess_image_accepts_other_ways_to_scale_and_resize():
    size = (ref.SIZE, ref.SIZE)
    for change in (
        lambda i: tf.image.resize(i / 255, size),
        lambda i: tf.image.resize(tf.image.convert_image_dtype(i, tf.float32), size),
        lambda i: tf.image.resize(tf.cast(i, tf.float32), size, antialias=True) / 255,
        lambda i: tf.keras.layers.Resizing(*size)(tf.cast(i, tf.float32) / 255),
    ):
        verdict = judge("preprocess_image", image_by(change))
        assert verdict.is_full, check.explain(verdict)


@pytest.mark.parametrize(
    ("change", "score", "says"),
    [
        (lambda X, y: X, 0, "wanted a tuple of two arrays"),
        (lambda X, y: (X[:-1], y[:-1]), 0, "X has shape"),
        (lambda X, y: (X.astype("float64"), y), 5, "X is float64"),
        (lambda X, y: (X, y.astype("float32")), 4.5, "y is float32"),
        (lambda X, y: (X, y[:, np.newaxis]), 3, "y has shape"),
        (lambda X, y: (X[::-1], y), 3, "not the dataset's pictures in their order"),
        (lambda X, y: (X, np.zeros_like(y) - 1), 3, "not the dataset's labels"),
    ],
)
def test_to_numpy_by_a_wrong_answer(change, score, says):
    rejects("to_numpy", lambda ds: change(*ref.to_numpy(ds)), score, says)


def custom(mode="RGB", resample=3, scale=255.0, batch=True):
    from PIL import Image

    def load_custom_sample(path):
        picture = Image.open(path)
        picture = picture.convert(mode) if mode else picture
        pixels = np.asarray(picture.resize((ref.SIZE, ref.SIZE), resample), "float32") / scale
        return pixels[np.newaxis] if batch else pixels

    return load_custom_sample


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (custom(batch=False), 1, "wanted [1, 96, 96, 3]"),
        (custom(scale=1), 2, "wanted floats from 0 to 1"),
        (custom(resample=2), 4.5, "bilinear interpolation, wanted bicubic"),
        (custom(resample=0), 4.5, "nearest interpolation, wanted bicubic"),
        (custom(mode=None), 5, "a picture of kind 'transparent'"),
        (lambda path: path, 0, "wanted an array of numbers"),
    ],
)
def test_load_custom_sample_by_a_wrong_answer(function, score, says):
    rejects("load_custom_sample", function, score, says)


# ps2


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (lambda p, names, k=5: ref.top_k(p, names, k)[::-1], 4.5, "the least likely"),
        (lambda p, names, k=5: ref.top_k(-p, names, k), 1, "not the likeliest labels"),
        (lambda p, names, k=5: ref.top_k(p, names, 5), 5, "5 labels came back, wanted"),
        (lambda p, names, k=3: ref.top_k(p, names, k), 5, "3 labels came back, wanted 5"),
        (lambda p, names, k=5: [n for n, _ in ref.top_k(p, names, k)], 0, "wanted a list of pairs"),
        (lambda p, names, k=5: [(i, 0.5) for i in range(k)], 0, "pairs that begin with int"),
        (
            lambda p, names, k=5: [(n, 100 * v) for n, v in ref.top_k(p, names, k)],
            4,
            "a probability that is not its own",
        ),
    ],
)
def test_top_k_by_a_wrong_answer(function, score, says):
    rejects("top_k", function, score, says)


def frozen(model):
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (ref.mobilenet, 5, "weights changed in one training step"),
        (lambda: frozen(ref.mobilenet(weights=None)), 7, "not those of the pretrained network"),
        (lambda: frozen(ref.mobilenet(pooling=None)), 5, "the feature map is not pooled"),
        (
            lambda: frozen(ref.mobilenet(include_top=True, weights=None, pooling=None)),
            5,
            "the ImageNet classes are still on top",
        ),
        (
            lambda: tf.keras.Sequential(
                [
                    tf.keras.Input((96, 96, 3)),
                    tf.keras.layers.GlobalAveragePooling2D(),
                    tf.keras.layers.Dense(1280, trainable=False),
                ]
            ),
            0,
            "The model has 5,120 parameters",
        ),
    ],
)
def test_build_backbone_by_a_wrong_answer(function, score, says):
    rejects("build_backbone", function, score, says)


def test_freezing_that_is_undone_is_seen():
    def build_backbone():
        backbone = ref.build_backbone()
        for layer in backbone.layers[-5:]:
            layer.trainable = True
        backbone.trainable = True
        return backbone

    rejects("build_backbone", build_backbone, 5, "weights changed in one training step")


def test_a_backbone_frozen_layer_by_layer_with_its_own_pooling_is_right():
    def build_backbone():
        network = ref.mobilenet(pooling=None)
        for layer in network.layers:
            layer.trainable = False
        inputs = tf.keras.Input(COURSE.input_shape)
        features = tf.keras.layers.GlobalAveragePooling2D()(network(inputs))
        return tf.keras.Model(inputs, features)

    assert judge("build_backbone", build_backbone).is_full


def head(*layers):
    return lambda backbone: tf.keras.Sequential([backbone, *(make() for make in layers)])


def dense(units=3, activation="softmax"):
    return lambda: tf.keras.layers.Dense(units, activation=activation)


def dropout(rate=0.5):
    return lambda: tf.keras.layers.Dropout(rate)


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (head(dropout(), dense(1, "sigmoid")), 0, "outputs of shape [1], wanted [3]"),
        (head(dropout(), dense(2)), 0, "outputs of shape [2], wanted [3]"),
        (head(dropout(), dense(1000)), 0, "outputs of shape [1000], wanted [3]"),
        (head(dropout(), dense(3, "sigmoid")), 5, "sum to between"),
        (head(dropout(), dense(3, None)), 5, "sum to between"),
        (head(dense()), 6, "no Dropout is active"),
        (head(dropout(0.2), dense()), 6, "Dropout drops a share of 0.2, wanted 0.5"),
        (head(dropout(), dense(64, "relu"), dense()), 5, "trainable parameters, wanted 3,843"),
    ],
)
def test_build_classifier_by_a_wrong_answer(function, score, says):
    rejects("build_classifier", function, score, says)


def test_a_head_that_ignores_the_given_backbone_is_rejected():
    def build_classifier(_):
        return ref.build_classifier(frozen(ref.mobilenet(weights=None)))

    # Nor does its Dropout show, since the features of an untrained network are close to 0.
    rejects("build_classifier", build_classifier, 5, "not those of a Dense layer on the backbone")


def test_logits_are_right_with_a_loss_that_says_so():
    def build_classifier(backbone):
        model = head(dropout(), dense(3, None))(backbone)
        model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    verdict = judge("build_classifier", build_classifier)
    assert "probabilities" not in [reason.criterion for reason in verdict.reasons]


def constant_loss(labels, outputs):
    return 0.5 * tf.reduce_mean(outputs[:, 0])


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (lambda model: None, 0, "not compiled"),
        (ref.compiler(rate=0.01), 4, "learning rate is 0.01, wanted 0.001"),
        (ref.compiler(optimizer=tf.keras.optimizers.SGD), 4, "optimizer is SGD, wanted Adam"),
        (ref.compiler(loss="poisson"), 2, "The loss could not be computed"),
        (ref.compiler(loss=constant_loss), 4, "sparse categorical cross-entropy"),
        (ref.compiler(loss="categorical_crossentropy"), 2, "loss could not be computed"),
        (ref.compiler(metrics=()), 5, "accuracy is not reported"),
    ],
)
def test_compile_head_by_a_wrong_answer(function, score, says):
    rejects("compile_head", function, score, says)


def test_a_schedule_that_is_not_constant_is_rejected():
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.001, 50, 0.5)
    rejects("compile_head", ref.compiler(rate=schedule), 4, "learning rate is")


# ps3


def generators(validation=None, **options):
    recipe = {
        "rotation_range": 8,
        "width_shift_range": 0.08,
        "height_shift_range": 0.08,
        "shear_range": 0.3,
        "zoom_range": 0.08,
    }

    def make_generators(X_train, y_train, X_test, y_test):
        image = tf.keras.preprocessing.image.ImageDataGenerator
        train = image(**recipe | options).flow(X_train, y_train, batch_size=16)
        plain = image(**validation or {}).flow(X_test, y_test, batch_size=16, shuffle=False)
        return train, plain

    return make_generators


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (generators(rotation_range=40), 8, "wanted 8 at the most"),
        (generators(rotation_range=0.08), 8, "The largest rotation"),
        (generators(width_shift_range=0.2), 8, "shifted by 0."),
        (generators(height_shift_range=0.0), 8, "In one direction no picture"),
        (generators(zoom_range=0.2), 9, "was zoomed by"),
        (generators(zoom_range=0.0), 9, "The largest zoom"),
        (generators(fill_mode="constant"), 9, "not filled with the nearest pixel"),
        (generators(horizontal_flip=True), 5, "mirrored"),
        (generators(rescale=1 / 255), 2, "The brightest training pixel is"),
        (generators(validation={"rotation_range": 8}), 8, "not the ones that were given"),
        (lambda a, b, c, d: (a, b, c, d), 0, "wanted a tuple of two generators"),
        (lambda a, b, c, d: ([(a, b)], [(c, d)]), 4, "come back unchanged"),
    ],
)
def test_make_generators_by_a_wrong_answer(function, score, says):
    verdict = judge("make_generators", function, FIXED)
    assert says in check.explain(verdict)
    # Zooming or rotating too far may also push a shift over its limit.
    assert score - 2 <= verdict.score <= score, check.explain(verdict)


def test_make_generators_accepts_a_python_generator_and_a_tf_data_pipeline():
    def make_generators(X_train, y_train, X_test, y_test):
        generator, _ = ref.make_generators(X_train, y_train, X_test, y_test)

        def forever():
            while True:
                yield from (generator[i] for i in range(len(generator)))
                generator.on_epoch_end()

        plain = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(5)
        return forever(), plain

    verdict = judge("make_generators", make_generators)
    assert verdict.is_full, check.explain(verdict)


def test_make_generators_that_lose_the_last_batch_are_rejected():
    def make_generators(X_train, y_train, X_test, y_test):
        n, m = len(X_train) // 16 * 16, len(X_test) // 8 * 8
        return ref.make_generators(X_train[:n], y_train[:n], X_test[:m], y_test[:m])

    rejects("make_generators", make_generators, 7, "wanted each of the 40 once")


def test_shuffled_labels_are_seen():
    def make_generators(X_train, y_train, X_test, y_test):
        return ref.make_generators(X_train, np.roll(y_train, 1), X_test, y_test)

    rejects("make_generators", make_generators, 9, "another picture's label")


def fitter(**changes):
    def train_head(model, train_gen, val_gen, epochs):
        options = {"epochs": epochs, "validation_data": val_gen, "verbose": 0}
        return model.fit(train_gen, **options | changes)

    return train_head


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (fitter(epochs=1), 3, "The history has epochs 0 to 0"),
        (fitter(validation_data=None), 5, "no validation values"),
        (fitter(steps_per_epoch=5), 2, "wanted"),
        (fitter(validation_steps=3), 5, "Validation saw"),
        (lambda m, t, v, e: ref.train_head(m, t, v, e).history, 6, "wanted the History"),
        (lambda m, t, v, e: ref.train_head(m, t, t, e), 5, "Validation saw"),
        (lambda m, t, v, e: ref.compile_head(m) or ref.train_head(m, t, v, e), 0, "anew"),
    ],
)
def test_train_head_by_a_wrong_answer(function, score, says):
    rejects("train_head", function, score, says)


# ps4


def unfreezer(from_layer=0, whole=True, **_):
    def unfreeze(backbone, fine_tune_at):
        if whole:
            backbone.trainable = True
        for layer in backbone.layers[: fine_tune_at + from_layer]:
            layer.trainable = False

    return unfreeze


def everything(backbone, fine_tune_at):
    for layer in backbone.layers[:fine_tune_at]:
        layer.trainable = False
    backbone.trainable = True


def hard_coded(backbone, fine_tune_at):
    ref.unfreeze(backbone, 149)


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (everything, 3, "weights before layer 149 move"),
        (unfreezer(whole=False), 0, "no weight of the backbone moves"),
        (unfreezer(from_layer=1), 4, "do not move in a training step"),
        (unfreezer(from_layer=-5), 3, "weights before layer 149 move"),
        (hard_coded, 7, "the wrong layers train"),
        (lambda backbone, fine_tune_at: None, 0, "no weight of the backbone moves"),
    ],
)
def test_unfreeze_by_a_wrong_answer(function, score, says):
    rejects("unfreeze", function, score, says)


def only_the_rate(model):
    model.optimizer.learning_rate = 0.00001


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (lambda model: None, 0, "still compiled as it was for the head"),
        (only_the_rate, 0, "still compiled as it was for the head"),
        (ref.compiler(rate=0.001), 3, "learning rate is 0.001, wanted 1e-05"),
        (ref.compiler(rate=1e-5, metrics=()), 5, "accuracy is not reported"),
    ],
)
def test_compile_fine_tune_by_a_wrong_answer(function, score, says):
    rejects("compile_fine_tune", function, score, says)


def without_initial_epoch(model, train_gen, val_gen, initial_epoch, epochs):
    return ref.train_head(model, train_gen, val_gen, epochs)


def epochs_added(model, train_gen, val_gen, initial_epoch, epochs):
    return ref.fine_tune(model, train_gen, val_gen, initial_epoch, initial_epoch + epochs)


@pytest.mark.parametrize(
    ("function", "score", "says"),
    [
        (without_initial_epoch, 2, "The history has epochs 0 to"),
        (epochs_added, 2, "The model was trained for"),
    ],
)
def test_fine_tune_by_a_wrong_answer(function, score, says):
    rejects("fine_tune", function, score, says)


# Evidence belongs to its challenge


@pytest.mark.parametrize(
    "name", ["preprocess_image", "to_numpy", "load_custom_sample", "top_k", "train_head"]
)
def test_facts_made_with_another_challenge_do_not_earn_the_points(name):
    exercise = exercises.registry()[name]
    facts = exercise.gather(getattr(ref, name), Challenge.fresh(), COURSE)
    verdict = check.judge(name, facts, Challenge.fresh(), COURSE)
    assert verdict.score < verdict.points
