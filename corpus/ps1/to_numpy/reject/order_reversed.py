# says: not the dataset's pictures in their order
def to_numpy(ds):
    X, y = [], []
    for sample in reversed(list(ds)):
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
    return np.stack(X), np.array(y)
