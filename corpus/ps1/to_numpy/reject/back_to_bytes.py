# expect: 0.5
# says: not the dataset's pictures
def to_numpy(ds):
    X = np.array([sample["image"].numpy() for sample in ds]).astype(np.uint8)
    y = np.array([sample["label"].numpy() for sample in ds])
    return X, y
