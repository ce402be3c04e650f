def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    train, val = [], []
    for c in np.unique(y):
        index = rng.permutation(np.where(y == c)[0])
        n = round(share * len(index))
        val.extend(index[:n])
        train.extend(index[n:])
    train, val = rng.permutation(train), rng.permutation(val)
    return (X[train], y[train]), (X[val], y[val])
