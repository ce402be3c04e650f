# says: raised KeyError: 'images'
def to_numpy(ds):
    X = np.stack([sample["images"].numpy() for sample in ds])
    y = np.array([sample["labels"].numpy() for sample in ds])
    return X, y
