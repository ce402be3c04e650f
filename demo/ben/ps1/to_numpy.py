import tensorflow_datasets as tfds


def to_numpy(ds):
    """Fills arrays of the right size instead of stacking lists."""
    n = int(ds.cardinality())
    X = np.empty((n, *INPUT_IMG_SHAPE), dtype=np.float32)
    y = np.empty(n, dtype=np.int32)
    for i, sample in enumerate(tfds.as_numpy(ds)):
        X[i], y[i] = sample["image"], sample["label"]
    return X, y
