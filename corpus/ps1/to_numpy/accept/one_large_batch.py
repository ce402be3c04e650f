def to_numpy(ds):
    n = sum(1 for _ in ds)
    batch = next(iter(ds.batch(n)))
    return batch["image"].numpy(), batch["label"].numpy()
