# expect: 0.91666667
# says: the training set has as many
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(members)), replace=False)] = True
    return (X[val], y[val]), (X[~val], y[~val])
