# expect: 0.58333333
# says: X is of type EagerTensor, expected a NumPy array
def to_numpy(ds):
    batch = next(iter(ds.batch(len(ds))))
    return batch["image"], batch["label"]
