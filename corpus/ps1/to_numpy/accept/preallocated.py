def to_numpy(ds):
    n = len(ds)
    X = np.empty((n, *INPUT_IMG_SHAPE), dtype=np.float32)
    y = np.empty(n, dtype=np.int64)
    for i, sample in enumerate(ds):
        X[i] = sample["image"]
        y[i] = sample["label"]
    return X, y
