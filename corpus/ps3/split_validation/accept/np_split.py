def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    parts = [[], []]
    for c in np.unique(y):
        index = rng.permutation(np.flatnonzero(y == c))
        val, train = np.split(index, [round(share * len(index))])
        parts[0].append(train)
        parts[1].append(val)
    train, val = (np.concatenate(part) for part in parts)
    return (X[train], y[train]), (X[val], y[val])
