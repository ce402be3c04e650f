# says: X has shape
def to_numpy(ds):
    X, y = [], []
    for sample in ds.skip(1):
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
    return np.stack(X), np.array(y)
