import tensorflow_datasets as tfds


def to_numpy(ds):
    pairs = [(s["image"], s["label"]) for s in tfds.as_numpy(ds)]
    X, y = zip(*pairs)
    return np.stack(X), np.stack(y)
