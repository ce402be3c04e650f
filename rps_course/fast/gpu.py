"""GPUs: as much memory as needed and no more, half precision, and all of them if there are several.

On a machine without a GPU nothing here changes anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager


def available() -> bool:
    """Whether TensorFlow sees a GPU."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


@contextmanager
def use(policy: str | None = None, devices: list[str] | None = None) -> Iterator[None]:
    """Builds the models of a `with` block for the GPUs of this machine.

    Memory is taken as it is needed, so that others can use the same GPU. With several GPUs the
    models are mirrored on all of them, and `fit` gives each a part of every batch.

    Args:
        policy: Keras' dtype policy; None for `"mixed_float16"` on GPUs (weights stay float32) and
            `"float32"` on the CPU.
        devices: TensorFlow devices such as `"GPU:0"` to mirror on; None for all GPUs, an empty list
            for the first one alone.

    Source: the guides on mixed precision and on `tf.distribute` of TensorFlow.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # TensorFlow has used it already: too late, and no harm
            break
    if devices is None:
        devices = [f"GPU:{i}" for i in range(len(gpus))]
    before = tf.keras.config.dtype_policy()
    tf.keras.config.set_dtype_policy(policy or ("mixed_float16" if gpus else "float32"))
    try:
        if len(devices) > 1:
            with tf.distribute.MirroredStrategy(devices).scope():
                yield
        else:
            yield
    finally:
        tf.keras.config.set_dtype_policy(before)
