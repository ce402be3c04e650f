# says: has arrays of shape
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(members)), replace=False)] = True
    return (X[~val].reshape(len(X[~val]), -1), y[~val]), (X[val].reshape(len(X[val]), -1), y[val])
