# expect: 0.5
# says: Of one class,
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in range(len(np.unique(y)) - 1):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(members)), replace=False)] = True
    return (X[~val], y[~val]), (X[val], y[val])
