# expect: 0.5
# says: not the dataset's pictures
def to_numpy(ds):
    X, y = [], []
    first = next(iter(ds))["image"].numpy()
    for sample in ds:
        X.append(first)
        y.append(sample["label"].numpy())
    return np.stack(X), np.array(y)
