def to_numpy(ds):
    X = np.vstack([np.expand_dims(s["image"], 0) for s in ds])
    y = np.hstack([s["label"] for s in ds])
    return X, y
