def to_numpy(ds):
    samples = list(ds)
    X = np.array([s["image"] for s in samples])
    y = np.array([s["label"] for s in samples])
    return X, y
