def split_validation(X, y, share, seed):
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = X[order], y[order]
    is_val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        is_val[members[: round(share * len(members))]] = True
    return (X[~is_val], y[~is_val]), (X[is_val], y[is_val])
