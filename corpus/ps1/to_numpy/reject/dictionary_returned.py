# says: returned dict, expected a tuple of two arrays
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.array([sample["label"].numpy() for sample in ds])
    return {"X": X, "y": y}
