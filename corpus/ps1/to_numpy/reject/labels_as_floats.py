# expect: 0.75
# says: y is float32, expected whole numbers
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.array([sample["label"].numpy() for sample in ds], dtype=np.float32)
    return X, y
