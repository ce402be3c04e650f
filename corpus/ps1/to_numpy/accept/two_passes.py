def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.stack([sample["label"].numpy() for sample in ds])
    return (X, y)
