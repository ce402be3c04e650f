# expect: 0.75
# says: y is float64, expected whole numbers
def to_numpy(ds):
    X, y = [], np.array([])
    for sample in ds:
        X.append(sample["image"].numpy())
        y = np.append(y, sample["label"].numpy())
    return np.stack(X), y
