"""Makes the files that the demo class hands in beside its notebooks: trained weights for ps4."""

import sys
from pathlib import Path

from rps_course import submission


def train_weights(course: Path) -> None:
    """Trains the reference model on the offline profile for the students who hand in ps4.

    Every one of them trained in full; the one who did not compile again before fine-tuning ends
    with a tail that never moved.
    """
    import tensorflow as tf

    from rps_course import augmentation, data, model, profile, training

    settings = profile.get("offline")
    tf.keras.utils.set_random_seed(0)
    arrays = data.arrays(settings)
    batches = augmentation.make_generators(*arrays, batch_size=settings.batch_size, seed=0)
    classifier = model.reference(settings)
    training.compile_head(classifier)
    middle = settings.epochs_head
    last = middle + settings.epochs_fine
    record = submission.Record(settings, seed=0)
    head = training.train_head(classifier, *batches, middle, verbose=0)
    record.add_phase("head", classifier, head)
    after_head = classifier.get_weights()

    forgotten = submission.Record(settings, seed=0)
    forgotten.add_phase("head", classifier, head)
    classifier.optimizer.learning_rate = settings.learning_rate_fine
    going_on = training.fine_tune(classifier, *batches, middle, middle + 1, verbose=0)
    forgotten.add_phase("fine_tune", classifier, going_on)
    submission.save(classifier, forgotten, course / "submitted" / "gia" / "ps4")

    classifier.set_weights(after_head)
    model.unfreeze(classifier.layers[0], settings.fine_tune_at)
    training.compile_fine_tune(classifier)
    fine = training.fine_tune(classifier, *batches, middle, last, verbose=0)
    record.add_phase("fine_tune", classifier, fine)
    for student in ("ada", "ben"):
        submission.save(classifier, record, course / "submitted" / student / "ps4")


if __name__ == "__main__":
    train_weights(Path(sys.argv[1]))
