"""This course, as the grading engine knows it."""

import contextlib
import importlib
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.core.course import Course, CourseError, Home, discover
from rps_course import profile as profiles
from rps_course.exercises.trained_model import private
from rps_course.machine import caches, fetch
from rps_course.offline import hands

# Packages that probing runs on.
_GUARDED = frozenset({
    "builtins", "rps_course", "autograder", "numpy", "keras", "tensorflow", "PIL", "json", "base64",
    "binascii", "hashlib", "hmac", "io", "os", "posixpath", "pathlib", "tempfile", "traceback",
    "linecache", "functools", "contextlib", "dataclasses", "inspect", "operator", "copy", "math",
    "struct", "typing", "types", "collections", "abc", "enum", "itertools",
})  # fmt: skip
# What the environment may say of where and how TensorFlow runs.
_PASSED = (
    "CUDA_VISIBLE_DEVICES", "XLA_FLAGS", "TF_FORCE_GPU_ALLOW_GROWTH", "OMP_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_ENABLE_ONEDNN_OPTS",
)  # fmt: skip
# What notebooks import besides, by themselves or through the library.
_SET_UP = ("matplotlib.pyplot", "tensorflow_datasets")
# What the library has of the answers to each assignment.
_ANSWERS = {
    "ps1": (
        "rps_course.preprocessing.preprocess_image",
        "rps_course.preprocessing._read",
        "rps_course.preprocessing.load_custom_sample",
        "rps_course.data.to_numpy",
    ),
    "ps2": (
        "rps_course.imagenet.top_k",
        "rps_course.model.network",
        "rps_course.model.build_backbone",
        "rps_course.model.build_classifier",
        "rps_course.training._compile",
        "rps_course.training.compile_head",
    ),
    "ps3": (
        "rps_course.data.split_validation",
        "rps_course.augmentation.recipe",
        "rps_course.augmentation.make_generators",
        "rps_course.training.train_head",
    ),
    "ps4": (
        "rps_course.model.unfreeze",
        "rps_course.training.compile_fine_tune",
        "rps_course.training.fine_tune",
        "rps_course.evaluation.confusion_matrix",
    ),
}


def _profile(name: str, grading: bool) -> profiles.Profile:
    try:
        found = profiles.get(f"grading-{name}" if grading else name)
    except profiles.ProfileError as error:
        raise CourseError(str(error)) from error
    # Files are measured under the whole profile, also where a notebook gets short variants only.
    return found.whole if name == found.base and not grading else found


def _environment(profile: profiles.Profile) -> dict[str, str]:
    return {
        "RPS_PROFILE": profile.name,
        "RPS_PROFILES": str(profiles.folder()),
        # Nobody changes these files: another's lock on one must not matter.
        "HDF5_USE_FILE_LOCKING": "FALSE",
        # Where pyplot is imported before there is a kernel, it would choose another one.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def _imports(heavy: bool) -> None:
    if heavy:
        import keras
        import tensorflow as tf

        for name in (*_SET_UP, "scipy.special"):
            importlib.import_module(name)
        # What TensorFlow loads when it is first asked for must be there to be remembered.
        assert tf.keras.Model is keras.Model


def _preload(heavy: bool) -> None:
    import PIL.Image

    PIL.Image.preinit()
    profiles.grading = profiles.current().name
    _imports(heavy)
    if heavy:
        import tensorflow as tf

        assert getattr(tf.keras.applications, profiles.current().network)
        # Training is at its shortest while grading: tracing its graphs would take most of the time.
        tf.config.run_functions_eagerly(True)
        warnings.filterwarnings("ignore", ".*run_functions_eagerly", UserWarning)  # from tf.data


# How Keras is set where exercises are probed. A notebook may have chosen half precision, for a GPU.
_KERAS = {
    "floatx": "float32", "dtype_policy": "float32", "epsilon": 1e-7,
    "image_data_format": "channels_last", "max_epochs": None, "max_steps_per_epoch": None,
}  # fmt: skip


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    if "tensorflow" not in sys.modules:
        yield
        return
    import keras
    import tensorflow as tf

    known = {name: value for name, value in _KERAS.items() if hasattr(keras.config, name)}
    before = {name: getattr(keras.config, name)() for name in known}
    eagerly = tf.config.functions_run_eagerly()
    try:
        _set_keras(known)
        tf.config.run_functions_eagerly(eagerly or bool(profiles.grading))
        # A notebook may have called `tf.compat.v1.disable_eager_execution()`.
        with tf.__internal__.eager_context.eager_mode():
            yield
    finally:
        _set_keras(before)
        tf.config.run_functions_eagerly(eagerly)


def _set_keras(values: Mapping[str, Any]) -> None:
    import keras

    for name, value in values.items():
        getattr(keras.config, f"set_{name}")(value)


def _chosen(names: dict[str, Any]) -> list[str]:
    # The set-up cell calls it `profile`; where there is none, whatever profile the notebook has.
    kept = [names["profile"]] if type(names.get("profile")) is profiles.Profile else names.values()
    found = {value.name for value in kept if type(value) is profiles.Profile and _is_known(value)}
    return [] if profiles.grading in found else sorted(found)


def _is_known(value: profiles.Profile) -> bool:
    """Whether a profile has a name of ours: a copy for a trial may be called anything."""
    return type(value.name) is str and value.base in profiles.names()


def _home(profile: profiles.Profile) -> Home:
    keras = caches.keras_folder()
    # The standard profile's, too: a notebook that chose it is to learn that this is the mistake.
    datasets = {fetch.standard().dataset, profile.dataset}
    return Home(
        # Keras wants to be able to write to its folder: machine/caches.py.
        copies={
            f".keras/{source.path.relative_to(keras)}": source.path
            for source in fetch.keras_files()
        },
        # Versions may be links to a folder that is shared.
        shown={
            f"tensorflow_datasets/{dataset}/{version.name}": version.resolve()
            for dataset in datasets
            for version in caches.data_folder(dataset).glob("[0-9]*")
        }
        | {".cache/rps-course": hands.cache_folder(), "profiles": profiles.folder()},
        variables={
            "RPS_PROFILES": "profiles",
            "KERAS_HOME": ".keras",
            "TFDS_DATA_DIR": "tensorflow_datasets",
            "XDG_CACHE_HOME": ".cache",
            "MPLCONFIGDIR": "matplotlib",
        },
    )


def _ready(profile: profiles.Profile, thorough: bool) -> dict[str, str]:
    """Returns which files cannot be used; thoroughly, loads them as students' lines do."""
    found = fetch.problems(profile)
    if found or (profile.is_shipped and not thorough):
        return found
    from rps_course import imagenet, model

    model.network(profile, include_top=False, pooling="avg")  # says what does not fit
    if not thorough:
        return {}
    import tensorflow as tf
    import tensorflow_datasets as tfds

    if profile.weights == "imagenet":
        model.network(profile)
        tf.keras.utils.get_file("ImageNetLabels.txt", imagenet.LABELS_URL)
    if profile.data == "tfds":
        train, _ = tfds.load(profile.dataset, split=["train", "test"])
        next(iter(train))
    pictures = tf.keras.preprocessing.image.ImageDataGenerator(rotation_range=8)
    next(pictures.flow(tf.zeros((2, *profile.input_shape)).numpy(), [0, 1]))
    return {}


def _fill(profile: profiles.Profile) -> None:
    if profile.data == "rendered":
        for split in hands.SPLITS:
            hands.pictures(split)
        for path in hands.cache_folder().glob("*.npz"):
            with contextlib.suppress(OSError):
                path.chmod(0o644)


def _fetch(profile: profiles.Profile) -> list[str]:
    return ["-m", "rps_course", "fetch"] if fetch.downloads(profile) else []


def _files(name: str, folder: Path) -> list[str]:
    profile = profiles.get(name)
    head, fine = profile.selftest_epochs
    return [
        *("-m", "rps_course", "train", "--profile", name, "--quiet", "--out", str(folder)),
        *("--epochs", str(head), str(fine), "--views", str(profile.selftest_views)),
    ]


COURSE = Course(
    name="rps-course",
    exercises=discover("rps_course.exercises"),
    rubrics=Path(__file__).parent / "exercises",
    profiles=profiles.names(),
    quick="offline",
    profile=_profile,
    environment=_environment,
    passed=_PASSED,
    folders=(Path(__file__).parent,),
    answers=_ANSWERS,
    imports=_imports,
    preload=_preload,
    guarded=_GUARDED,
    settings=_settings,
    chosen=_chosen,
    home=_home,
    lacking=fetch.problems,
    fetch=_fetch,
    remedy="Run `rps-course fetch` where there is a network, or set TFDS_DATA_DIR and KERAS_HOME "
    "to folders that have them.",
    start="Keep the problem sets of this course in one folder, with one environment: later ones "
    "take up files of earlier ones. `rps-course doctor` shows what is missing on your machine.",
    hand_in="`rps-course check {assignment}.ipynb` runs all checks once more, and `rps-course pack "
    "{assignment}` also makes one archive of what you hand in.",
    ready=_ready,
    own=("profiles",),
    fill=_fill,
    private=private.make,
    files=_files,
)
