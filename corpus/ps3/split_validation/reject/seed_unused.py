# expect: 0.83333333
# says: Two seeds gave the same validation set
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(0)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(members)), replace=False)] = True
    return (X[~val], y[~val]), (X[val], y[val])
