"""Pictures that no student has: hands drawn from a secret, or the instructor's own folder.

`make` writes them once for a class, in the grader's own process; `load` reads them where weights
are measured.
"""

from pathlib import Path

import numpy as np

from autograder.core.course import CourseError
from rps_course.profile import Profile

NUMBER = 450  # the standard error of an accuracy of 0.97 is then 0.008, and of 0.90 it is 0.014
_FILE = "pictures.npz"


def make(profile: Profile, secret: bytes, own: Path | None, folder: Path) -> None:
    """Writes the pictures of a class into a folder; none where there are none.

    Args:
        profile: that of the class.
        secret: decides which hands are drawn, under a profile of rendered pictures.
        own: the instructor's folder, which takes their place: a folder of pictures for each class.
        folder: where they are written.

    Raises:
        CourseError: `own` cannot be read, or lacks the folder of a class, or has one without
            pictures, or with something else that is no picture.
    """
    if own is not None:
        try:
            pictures, labels = _own(profile, own)
        except OSError as error:
            raise CourseError(f"The private pictures in {own} cannot be read: {error}") from error
    elif profile.data == "rendered":
        pictures, labels = _rendered(profile, secret)
    else:
        return
    # To 8 bits, as pictures are kept everywhere else.
    pictures = np.round(255 * pictures).astype(np.uint8)
    np.savez(folder / _FILE, pictures=pictures, labels=labels)


def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pictures in a folder, float32 `[n, H, W, 3]` in [0, 1], and their labels."""
    with np.load(folder / _FILE, allow_pickle=False) as file:
        return file["pictures"].astype(np.float32) / 255, file["labels"]


def _rendered(profile: Profile, secret: bytes) -> tuple[np.ndarray, np.ndarray]:
    import cv2

    from rps_course.offline import hands

    pictures, labels = hands.drawn(secret, NUMBER)
    size = (profile.image_size, profile.image_size)
    # What `tf.image.resize` does, as `preprocess_image` asks it to.
    resized = (cv2.resize(p.astype(np.float32) / 255, size) for p in pictures)
    return np.stack(list(resized)), labels


def _own(profile: Profile, own: Path) -> tuple[np.ndarray, np.ndarray]:
    from rps_course.preprocessing import PictureError, load_custom_sample, pictures_in

    if not own.is_dir():
        raise CourseError(f"There is no folder {own} of private pictures (c.Grading.private).")
    pictures, labels = [], []
    for label, name in enumerate(profile.classes):
        files = pictures_in(own / name)
        if not files:
            missing = "no pictures" if (own / name).is_dir() else f"no folder {name}"
            raise CourseError(
                f"The folder of private pictures {own} has {missing} of the class {name!r}, "
                f"expected a folder for each class: {', '.join(profile.classes)}."
            )
        for path in files:
            try:
                pictures.append(load_custom_sample(path, profile.image_size)[0])
            except PictureError as error:
                raise CourseError(f"A private picture cannot be used: {error}") from error
            labels.append(label)
    return np.stack(pictures), np.array(labels)
