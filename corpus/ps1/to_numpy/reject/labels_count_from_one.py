# expect: 0.5
# says: not the dataset's labels
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.array([sample["label"].numpy() + 1 for sample in ds])
    return X, y
