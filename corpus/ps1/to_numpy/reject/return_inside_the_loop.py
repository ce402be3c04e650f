# says: X has shape [1, 96, 96, 3], expected
def to_numpy(ds):
    X, y = [], []
    for sample in ds:
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
        return np.stack(X), np.array(y)
