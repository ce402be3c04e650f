def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    train, val, start = [], [], 0
    for count in np.bincount(y):
        end = start + count
        middle = start + round(share * count)
        val.append(order[start:middle])
        train.append(order[middle:end])
        start = end
    train, val = np.hstack(train), np.hstack(val)
    return (X[train], y[train]), (X[val], y[val])
