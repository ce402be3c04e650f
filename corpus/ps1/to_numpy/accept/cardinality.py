def to_numpy(ds):
    n = ds.cardinality().numpy()
    for batch in ds.batch(n):
        return np.array(batch["image"]), np.array(batch["label"])
