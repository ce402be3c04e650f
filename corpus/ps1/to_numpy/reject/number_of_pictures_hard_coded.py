# says: X has shape [2520, 96, 96, 3], expected
def to_numpy(ds):
    X = np.zeros((2520, *INPUT_IMG_SHAPE), np.float32)
    y = np.zeros(2520, np.int64)
    for i, sample in enumerate(ds):
        X[i], y[i] = sample["image"], sample["label"]
    return X, y
