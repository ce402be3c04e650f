# says: X has shape
def to_numpy(ds):
    X, y = [], []
    for sample in ds:
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
    return np.array(y), np.stack(X)
