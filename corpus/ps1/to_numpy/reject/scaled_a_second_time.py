# expect: 0.5
# says: not the dataset's pictures
def to_numpy(ds):
    X, y = [], []
    for sample in ds:
        X.append(sample["image"].numpy() / np.float32(255))
        y.append(sample["label"].numpy())
    return np.stack(X), np.array(y)
