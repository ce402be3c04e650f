# says: X has shape [4, 96, 96, 3], expected
def to_numpy(ds):
    X, y = [], []
    for sample in ds.take(4):
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
    return np.stack(X), np.array(y)
