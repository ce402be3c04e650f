# expect: 0.83333333
# says: The given arrays have changed
def split_validation(X, y, share, seed):
    np.random.default_rng(seed).shuffle(X)
    np.random.default_rng(seed).shuffle(y)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[members[: round(share * len(members))]] = True
    return (X[~val], y[~val]), (X[val], y[val])
