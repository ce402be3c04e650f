# expect: 0.5
# says: X has shape [96, 96, 3,
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds], axis=-1)
    y = np.array([sample["label"].numpy() for sample in ds])
    return X, y
