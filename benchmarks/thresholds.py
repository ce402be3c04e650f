"""How far honest models are from the limits of `trained_model`, and how far faked ones.

    python -m benchmarks.thresholds                        # the offline profile
    python -m benchmarks.thresholds --profile standard     # needs its data and weights

Trains the recipe with several seeds, and variations of it that honest students come to: callbacks,
another schedule, fewer epochs, other batches, half precision. Makes weights without training, too.
Each is saved with its record, measured and judged as the grader does. Prints, for every kind, the
least and the most of each statistic, and how many were rejected or flagged. Without a GPU the
frozen part is computed once (stored views). Results are in docs/expected-accuracy.md.
"""

import argparse
import copy
import dataclasses
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rps_course import profile as profiles
from rps_course import submission

SECRET = b"benchmarks.thresholds"


class Workshop:
    """Makes models, honest and faked, under one profile.

    Attributes:
        profile: the profile.
        arrays: training and test pictures with labels.
        batches: augmented training batches and test batches.
        recipe: has stored the views that all trainings share.
    """

    def __init__(self, profile: profiles.Profile, views: int) -> None:
        from rps_course import augmentation, data
        from rps_course.training import Recipe

        self.profile = profile
        self.arrays = data.arrays(profile)
        self.batches = augmentation.make_generators(
            *self.arrays, batch_size=profile.batch_size, seed=0
        )
        self.recipe = Recipe(profile, views, 0, verbose=0)
        self._made: dict[int, tuple[list[np.ndarray], Any]] = {}  # by the recipe, by seed

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
        prepare: Callable[[Any], None] = lambda _: None,
        **phase_2: Any,
    ) -> tuple[Any, Any]:
        """Trains a model by the recipe, with what is given in its place; returns its record too."""
        import tensorflow as tf

        from rps_course import training

        tf.keras.utils.set_random_seed(seed)
        recipe = self.recipe.again(seed)
        head, fine = epochs or (self.profile.epochs_head, self.profile.epochs_fine)
        recipe.profile = dataclasses.replace(self.profile, epochs_head=head, epochs_fine=fine)
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
        """Three times as many epochs."""
        return self.train(seed, epochs=(3 * self.profile.epochs_head, 3 * self.profile.epochs_fine))

    def half_precision(self, seed: int) -> tuple[Any, Any]:
        """Mixed precision, in bfloat16: processors compute in it, too."""
        import tensorflow as tf

        tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            return self.train(seed, epochs=(10, 5))
        finally:
            tf.keras.mixed_precision.set_global_policy("float32")

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
        features = classifier.layers[0].predict(X, verbose=0).astype(np.float64)
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
        from rps_course import augmentation

        test = self.arrays[2:]
        batches = augmentation.make_generators(
            *test, *test, batch_size=self.profile.batch_size, seed=seed
        )
        return self.train(seed, batches=batches)

    def another_record(self, seed: int) -> tuple[Any, Any]:
        """With the record of another training, and the checksum of these weights."""
        classifier, _ = self.trained(seed)
        return classifier, self.trained(seed + 1)[1]


W = Workshop
HONEST = (
    W.recipe_itself, W.early_stopping, W.another_schedule, W.fewer_epochs, W.few_epochs,
    W.more_epochs, W.half_precision, W.frozen_norms, W.large_rate, W.zeros, W.he_start,
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


def statistics(facts: Any) -> dict[str, float]:
    """Returns what the grader measures, by the names of the table."""
    weights = facts.weights
    found = {"public accuracy": weights.public.accuracy}
    if weights.private:
        found["private accuracy"] = weights.private.accuracy
        found["public - private"] = weights.public.accuracy - weights.private.accuracy
    if weights.first:
        claimed = facts.record.phases[0].history["val_accuracy"]
        found["phase 1, claimed - measured"] = min(
            (value - weights.first.accuracy for value in claimed), key=abs
        )
    losses = facts.record.phases[-1].history["val_loss"]
    found["claimed / measured loss"] = min(
        (value / weights.public.loss for value in losses), key=lambda share: abs(share - 1)
    )
    parts = {"tail": weights.tail, "head": weights.head}
    for part, values in parts.items():
        for name, value in dataclasses.asdict(values).items():
            if value is not None:
                found[f"{part}: {name}"] = value
    return found


def look(exercise: Any, folder: Path, private: Path | None, profile: Any) -> tuple[Any, Any, Any]:
    """Returns the facts, the verdict and the flags that files get."""
    from rps_course.course import COURSE

    rubric = COURSE.load_rubric()
    facts = exercise.measure(folder, profile, private)
    digest = hashlib.sha256((folder / submission.RPS_WEIGHTS).read_bytes()).hexdigest()
    digests = {submission.RPS_WEIGHTS: digest}
    found = list(exercise.judge(facts, digests, profile, rubric.limits(exercise.name)))
    verdict = rubric.verdict(exercise.name, found)
    return facts, verdict, [finding.message for finding in found if finding.flag]


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", default="offline", help="a profile (default offline)")
    parser.add_argument("--seeds", type=int, default=5, help="of each kind (default 5)")
    parser.add_argument("--kinds", nargs="*", help="names of these kinds only")
    args = parser.parse_args(argv)
    if args.seeds < 1:
        parser.error(f"--seeds must be at least 1, received {args.seeds}")

    from rps_course.course import COURSE
    from rps_course.data import DataError
    from rps_course.exercises.trained_model import private as pictures

    profile, exercise = profiles.get(args.profile), COURSE.exercises["trained_model"]
    try:
        workshop = Workshop(profile, views=4)
    except DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as room:
        private = Path(room) / "private"
        private.mkdir()
        pictures.make(profile, SECRET, None, private)
        shown = private if any(private.iterdir()) else None
        for kinds, what in ((HONEST, "honest"), (FAKED, "faked")):
            for kind in kinds:
                if args.kinds and kind.__name__ not in args.kinds:
                    continue
                print(f"\n{what}: {kind.__doc__}", flush=True)
                found = []
                for seed in range(args.seeds):
                    began = time.monotonic()
                    folder = Path(room) / f"{kind.__name__}-{seed}"
                    submission.save(*kind(workshop, seed), folder)
                    made = time.monotonic()
                    found.append(look(exercise, folder, shown, profile))
                    _, verdict, flags = found[-1]
                    print(
                        f"  seed {seed}: {verdict.score:g} points, {', '.join(flags) or 'no flag'}"
                        f" ({made - began:.0f} s, {time.monotonic() - made:.0f} s to measure)",
                        flush=True,
                    )
                table(found)
    return 0


def table(found: list[tuple[Any, Any, Any]]) -> None:
    """Prints the least and the most of each statistic of one kind, and what became of it."""
    rows = [statistics(facts) for facts, _, _ in found]
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        print(f"    {name:<30}{min(values):>10.4g} to {max(values):.4g}")
    lost = sum(not verdict.is_full for _, verdict, _ in found)
    reasons = {reason.mistake for _, verdict, _ in found for reason in verdict.reasons}
    flagged = sum(bool(flags) for _, _, flags in found)
    print(f"    lost points {lost}, flagged {flagged} of {len(found)}", *sorted(reasons))


if __name__ == "__main__":
    sys.exit(main())
