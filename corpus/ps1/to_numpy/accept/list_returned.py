def to_numpy(ds):
    data = [np.stack([s[key].numpy() for s in ds]) for key in ("image", "label")]
    return data
