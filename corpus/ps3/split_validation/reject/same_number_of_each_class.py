# expect: 0.66666667
# says: Of one class,
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(y) / len(np.unique(y))), replace=False)] = True
    return (X[~val], y[~val]), (X[val], y[val])
