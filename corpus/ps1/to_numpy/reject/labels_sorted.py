# expect: 0.5
# says: not the dataset's labels in their order
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = np.sort([sample["label"].numpy() for sample in ds])
    return X, y[::-1]
