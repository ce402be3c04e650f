# expect: 0.83333333
# says: X is float64, expected float32
def to_numpy(ds):
    X = np.array([sample["image"].numpy() for sample in ds], dtype=float)
    y = np.array([sample["label"].numpy() for sample in ds])
    return X, y
