def to_numpy(ds):
    X, y = [], []
    for batch in ds.batch(4):
        X.append(batch["image"].numpy())
        y.append(batch["label"].numpy())
    return np.concatenate(X), np.concatenate(y)
