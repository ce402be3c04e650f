# says: returned ndarray, expected a tuple of two arrays
def to_numpy(ds):
    return np.stack([sample["image"].numpy() for sample in ds])
