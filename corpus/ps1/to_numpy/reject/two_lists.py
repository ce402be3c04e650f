# expect: 0.58333333
# says: y is of type list, expected a NumPy array
def to_numpy(ds):
    X, y = [], []
    for sample in ds:
        X.append(sample["image"].numpy())
        y.append(sample["label"].numpy())
    return X, y
