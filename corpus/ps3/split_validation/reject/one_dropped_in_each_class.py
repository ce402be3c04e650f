# expect: 0.83333333
# says: are in neither set
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    train, val = [], []
    for c in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == c))
        n = round(share * len(members))
        val.extend(members[:n])
        train.extend(members[n + 1 :])
    return (X[train], y[train]), (X[val], y[val])
