"""Makes the files that the demo class hands in beside its notebooks: trained weights for ps4."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rps_course import submission

if TYPE_CHECKING:
    import tensorflow as tf

VIEWS = 4  # as on a machine without a GPU (docs/training.md)


def train_weights(course: Path) -> None:
    """Trains the reference model on the offline profile for the students who hand in ps4.

    Every one of them trained in full; the one who did not compile again before fine-tuning ends
    with a tail that never moved.
    """
    import tensorflow as tf

    from rps_course import augmentation, data, profile
    from rps_course.training import Recipe

    offline = profile.get("offline")
    tf.keras.utils.set_random_seed(0)
    batches = augmentation.make_generators(
        *data.arrays(offline), batch_size=offline.batch_size, seed=0
    )
    recipe = Recipe(offline, VIEWS, seed=0, verbose=0)
    classifier = recipe.build()
    recipe.head(classifier, *batches)
    after_head = classifier.get_weights()

    forgotten = recipe.again(seed=0)
    forgotten.record.phases += recipe.record.phases
    forgotten.fine_tune(classifier, *batches, unfreeze=lambda *_: None, compile=_change_the_rate)
    submission.save(classifier, forgotten.record, course / "submitted" / "gia" / "ps4")

    classifier.set_weights(after_head)
    recipe.fine_tune(classifier, *batches)
    for student in ("ada", "ben"):
        submission.save(classifier, recipe.record, course / "submitted" / student / "ps4")


def _change_the_rate(classifier: "tf.keras.Model") -> None:
    classifier.optimizer.learning_rate = 0.00001


if __name__ == "__main__":
    train_weights(Path(sys.argv[1]))
