# expect: 0.5
# says: y is <U8, expected whole numbers
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.array([CLASSES[int(sample["label"])] for sample in ds])
    return X, y
