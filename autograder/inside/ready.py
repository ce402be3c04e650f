"""Says what is missing for grading, as a kernel in the sandbox would find it; prints JSON.

Run in the sandbox as `python -P ready.py PROFILE [--thorough]`. It looks at files; thoroughly, it
also runs the lines that students write to load data and weights.
"""

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rps_course.profile import Profile


def look(course: "Profile") -> dict[str, str]:
    """Returns what is wrong with the files that a profile needs."""
    from rps_course import fetch

    if course.data == "tfds":
        return fetch.problems()
    try:
        open(course.weights, "rb").close()
    except OSError as error:
        return {"offline weights": str(error)}
    return {}


def load(course: "Profile") -> None:
    """Loads data and weights with the libraries' own functions, as students do."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    from rps_course import fetch, imagenet

    network = tf.keras.applications.MobileNetV2
    shape, alpha = course.input_shape, course.alpha
    network(shape, alpha, include_top=False, pooling="avg", weights=course.weights)
    if course.data == "tfds":
        network(shape, alpha, weights=course.weights)
        tf.keras.utils.get_file("ImageNetLabels.txt", imagenet.LABELS_URL)
        train, _ = tfds.load(fetch.NAME, split=["train", "test"])
        next(iter(train))
    pictures = tf.keras.preprocessing.image.ImageDataGenerator(rotation_range=8)
    next(pictures.flow(tf.zeros((2, *shape)).numpy(), [0, 1]))


if __name__ == "__main__":
    # What libraries print must not come between the grader and the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        from rps_course import profile

        course = profile.get(sys.argv[1])
        found = look(course)
        if not found and "--thorough" in sys.argv:
            load(course)
    except Exception as error:
        found = {"failed": f"{type(error).__name__}: {error}"[:1000]}
    with answer:
        json.dump(found, answer)
