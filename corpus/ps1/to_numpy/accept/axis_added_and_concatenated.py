def to_numpy(ds):
    X = np.concatenate([s["image"].numpy()[np.newaxis] for s in ds], axis=0)
    y = np.concatenate([s["label"].numpy().reshape(1) for s in ds], axis=0)
    return X, y
