def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    train, val = [], []
    for label in range(len(CLASSES)):
        index = rng.permutation(np.flatnonzero(y == label))
        n = int(share * len(index))
        val.append(index[:n])
        train.append(index[n:])
    train, val = np.concatenate(train), np.concatenate(val)
    return (X[train], y[train]), (X[val], y[val])
