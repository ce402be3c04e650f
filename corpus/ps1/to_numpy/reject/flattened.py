# expect: 0.5
# says: X has shape
def to_numpy(ds):
    X = np.stack([sample["image"].numpy().flatten() for sample in ds])
    y = np.array([sample["label"].numpy() for sample in ds])
    return X, y
