def to_numpy(ds):
    X, y = [], []
    for s in ds:
        X.append(s["image"])
        y.append(int(s["label"]))
    return np.array(X, dtype="float32"), np.array(y, dtype=np.int32)
