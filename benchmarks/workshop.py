"""Models as students hand them in: trained by the recipe, with variations of it, and faked."""

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from rps_course import profile as profiles
from rps_course import submission


class Workshop:
    """Makes models, honest and faked, under one profile.

    Attributes:
        profile: the profile.
        arrays: training and test pictures with labels.
        batches: augmented training batches and test batches.
        recipe: has stored the views that all trainings share.
    """

    def __init__(self, profile: profiles.Profile, views: int) -> None:
        from rps_course import data

        self.profile = profile
        self.arrays = data.arrays(profile)
        self.batches = self._batches(self.arrays, profile.batch_size)
        self.recipe = self._recipe(views, 0)
        self._features: dict[int, np.ndarray] = {}
        self._made: dict[int, tuple[list[np.ndarray], Any]] = {}  # by the recipe, by seed

    @staticmethod
    def _batches(arrays: Any, size: int) -> Any:
        from rps_course import augmentation

        return augmentation.make_generators(*arrays, batch_size=size, seed=0)

    def _recipe(self, views: int | str, seed: int) -> Any:
        from rps_course.training import Recipe

        return Recipe(self.profile, views, seed, verbose=0)

    def trained(self, seed: int) -> tuple[Any, Any]:
        """Returns what the recipe makes of a seed, to be changed."""
        from rps_course import model

        if seed not in self._made:
            classifier, record = self.train(seed)
            self._made[seed] = classifier.get_weights(), record
        weights, record = self._made[seed]
        classifier = model.reference(self.profile)
        classifier.set_weights(weights)
        return classifier, copy.deepcopy(record)

    def train(
        self,
        seed: int,
        *,
        epochs: tuple[int, int] | None = None,
        callbacks: Callable[[], list] = list,
        batches: Any = None,
        views: int | str | None = None,
        prepare: Callable[[Any], None] = lambda _: None,
        validation: dict[str, Any] | None = None,
        **phase_2: Any,
    ) -> tuple[Any, Any]:
        """Trains a model by the recipe, with what is given in its place; returns its record too."""
        import tensorflow as tf

        from rps_course import training

        tf.keras.utils.set_random_seed(seed)
        recipe = self.recipe.again(seed) if views is None else self._recipe(views, seed)
        head, fine = epochs or (self.profile.epochs_head, self.profile.epochs_fine)
        recipe.profile = dataclasses.replace(self.profile, epochs_head=head, epochs_fine=fine)
        recipe.record.validation = validation
        classifier = recipe.build()
        prepare(classifier)
        recipe.head(
            classifier,
            *(batches or self.batches),
            fit=lambda *a: training.train_head(*a, callbacks=callbacks(), verbose=0),
        )
        recipe.fine_tune(
            classifier,
            *(batches or self.batches),
            fit=lambda *a: training.fine_tune(*a, callbacks=callbacks(), verbose=0),
            **phase_2,
        )
        return classifier, recipe.record

    # What honest students do.

    def recipe_itself(self, seed: int) -> tuple[Any, Any]:
        """The recipe as it stands."""
        return self.trained(seed)

    def with_validation(self, seed: int) -> tuple[Any, Any]:
        """A fifth of the training pictures kept aside for validation, as ps4 does."""
        from rps_course import data

        split = {"share": 0.2, "seed": seed}
        fit, validation = data.split_validation(*self.arrays[:2], **split)
        batches = self._batches((*fit, *validation), self.profile.batch_size)
        return self.train(seed, batches=batches, validation=split)

    def early_stopping(self, seed: int) -> tuple[Any, Any]:
        """EarlyStopping in both phases, with the best weights restored."""
        import tensorflow as tf

        stop = tf.keras.callbacks.EarlyStopping
        return self.train(seed, callbacks=lambda: [stop(patience=3, restore_best_weights=True)])

    def another_schedule(self, seed: int) -> tuple[Any, Any]:
        """A learning rate that falls by a tenth in every epoch."""
        import tensorflow as tf

        def fall(_: int, rate: float) -> float:
            return 0.9 * rate

        schedule = tf.keras.callbacks.LearningRateScheduler
        return self.train(seed, callbacks=lambda: [schedule(fall)])

    def fewer_epochs(self, seed: int) -> tuple[Any, Any]:
        """Ten epochs and five, as on a slow laptop."""
        return self.train(seed, epochs=(10, 5))

    def few_epochs(self, seed: int) -> tuple[Any, Any]:
        """Ten epochs and a single one."""
        return self.train(seed, epochs=(10, 1))

    def more_epochs(self, seed: int) -> tuple[Any, Any]:
        """Twice as many epochs."""
        return self.train(seed, epochs=(2 * self.profile.epochs_head, 2 * self.profile.epochs_fine))

    def half_precision(self, seed: int) -> tuple[Any, Any]:
        """Mixed precision, in bfloat16 and float16 by turns: processors compute in it, too."""
        import tensorflow as tf

        tf.keras.mixed_precision.set_global_policy(("mixed_bfloat16", "mixed_float16")[seed % 2])
        try:
            return self.train(seed, epochs=(6, 2), views="plain")
        finally:
            tf.keras.mixed_precision.set_global_policy("float32")

    def small_batches(self, seed: int) -> tuple[Any, Any]:
        """Batches of a quarter of the size."""
        return self.train(seed, batches=self._batches(self.arrays, self.profile.batch_size // 4))

    def frozen_norms(self, seed: int) -> tuple[Any, Any]:
        """Batch norms that stay frozen in phase 2, as many guides advise."""
        return self.train(seed, unfreeze=_unfreeze_without_norms)

    def large_rate(self, seed: int) -> tuple[Any, Any]:
        """A mistake: ten times the learning rate in phase 2."""
        from rps_course import training

        rate = 10 * self.profile.learning_rate_fine
        return self.train(seed, compile=lambda m: training.compile_fine_tune(m, rate))

    def zeros(self, seed: int) -> tuple[Any, Any]:
        """A head that starts from zeros."""
        return self.train(seed, prepare=_start_from_zeros)

    def he_start(self, seed: int) -> tuple[Any, Any]:
        """A head that starts from He's normal distribution."""
        return self.train(seed, prepare=_start_from_he)

    # What nobody trained, or not as the record says. Each begins with what the recipe made.

    def with_head(self, seed: int, solve: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Any:
        """A trained tail, and a head that a formula gives, of features [n, d] and labels."""
        classifier, record = self.trained(seed)
        X, y = self.arrays[:2]
        if seed not in self._features:
            self._features[seed] = classifier.layers[0].predict(X, verbose=0).astype(np.float64)
        features = self._features[seed]
        kernel = solve(features, y)
        logits = features @ kernel
        # As sharp as a trained head, and with the classes in balance.
        scale = 4 / (logits - logits.mean(axis=1, keepdims=True)).std()
        head = scale * kernel, -scale * logits.mean(axis=0)
        classifier.layers[-1].set_weights(head)
        record.phases[0]["head"] = submission.record.encoded(head)
        return classifier, record

    def least_squares(self, seed: int) -> tuple[Any, Any]:
        """A head by least squares."""
        return self.with_head(seed, lambda x, y: _ridge(x, y, 1e-6))

    def ridge(self, seed: int) -> tuple[Any, Any]:
        """A head by ridge regression."""
        return self.with_head(seed, lambda x, y: _ridge(x, y, 0.1))

    def class_means(self, seed: int) -> tuple[Any, Any]:
        """A head of the classes' mean features."""
        return self.with_head(seed, _means)

    def lda(self, seed: int) -> tuple[Any, Any]:
        """A head by linear discriminant analysis."""
        return self.with_head(seed, _lda)

    def logistic(self, seed: int) -> tuple[Any, Any]:
        """A head by scikit-learn's logistic regression."""
        return self.with_head(seed, _logistic)

    def noise(self, seed: int) -> tuple[Any, Any]:
        """A trained head, and noise on the pretrained tail, statistics of batch norms too."""
        rng = np.random.default_rng(seed)
        return self.with_tail(seed, lambda w: w * (1 + 0.01 * rng.standard_normal(w.shape)))

    def one_number(self, seed: int) -> tuple[Any, Any]:
        """A trained head, and one number of each array of the tail changed."""

        def nudge(weight: np.ndarray) -> np.ndarray:
            weight = weight.copy()
            weight.flat[0] += 0.01
            return weight

        return self.with_tail(seed, nudge)

    def untouched(self, seed: int) -> tuple[Any, Any]:
        """A trained head on the pretrained tail."""
        return self.with_tail(seed, lambda weight: weight)

    def with_tail(self, seed: int, change: Callable[[np.ndarray], np.ndarray]) -> tuple[Any, Any]:
        """A trained head, and the pretrained tail with a change to each of its arrays."""
        from rps_course import model

        classifier, record = self.trained(seed)
        at = self.profile.fine_tune_at
        pretrained = model.build_backbone(self.profile)
        for old, new in zip(pretrained.layers, classifier.layers[0].layers, strict=True):
            tail = old in pretrained.layers[at:]
            new.set_weights([change(w) if tail else w for w in old.get_weights()])
        return classifier, record

    def on_the_test_set(self, seed: int) -> tuple[Any, Any]:
        """Trained on the public test set."""
        test = self.arrays[2:]
        return self.train(seed, batches=self._batches((*test, *test), self.profile.batch_size))

    def another_record(self, seed: int) -> tuple[Any, Any]:
        """With the record of another training, and the checksum of these weights."""
        classifier, _ = self.trained(seed)
        return classifier, self.trained(seed + 1)[1]


W = Workshop
HONEST = (
    W.recipe_itself, W.with_validation, W.early_stopping, W.another_schedule, W.fewer_epochs,
    W.few_epochs, W.more_epochs, W.small_batches, W.half_precision, W.frozen_norms, W.large_rate,
    W.zeros, W.he_start,
)  # fmt: skip
FAKED = (
    W.least_squares, W.ridge, W.class_means, W.lda, W.logistic, W.noise, W.one_number, W.untouched,
    W.on_the_test_set, W.another_record,
)  # fmt: skip


def _unfreeze_without_norms(backbone: Any, at: int) -> None:
    import tensorflow as tf

    backbone.trainable = True
    for i, layer in enumerate(backbone.layers):
        if i < at or isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.trainable = False


def _start_from_zeros(classifier: Any) -> None:
    classifier.layers[-1].set_weights([0 * w for w in classifier.layers[-1].get_weights()])


def _start_from_he(classifier: Any) -> None:
    import tensorflow as tf

    kernel, bias = classifier.layers[-1].get_weights()
    drawn = tf.keras.initializers.HeNormal()(kernel.shape)
    classifier.layers[-1].set_weights([np.asarray(drawn), bias])


def _ridge(x: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
    x = x - x.mean(axis=0)
    gram = x.T @ x
    added = strength * np.trace(gram) / len(gram) * np.eye(len(gram))
    return np.linalg.solve(gram + added, x.T @ (np.eye(y.max() + 1)[y] - 1 / (y.max() + 1)))


def _means(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x[y == label].mean(axis=0) for label in range(y.max() + 1)], axis=1)


def _lda(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    means = _means(x, y)
    within = x - means.T[y]
    scatter = within.T @ within / len(x)
    return np.linalg.solve(
        scatter + 0.1 * scatter.trace() / len(scatter) * np.eye(len(scatter)), means
    )


def _logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000).fit(x, y).coef_.T
