# expect: 0.83333333
# says: expected about
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(0.2 * len(members)), replace=False)] = True
    return (X[~val], y[~val]), (X[val], y[val])
