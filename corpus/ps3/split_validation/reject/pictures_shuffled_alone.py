# expect: 0.83333333
# says: another picture
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[rng.choice(members, round(share * len(members)), replace=False)] = True
    train, chosen = np.flatnonzero(~val), np.flatnonzero(val)
    return (X[rng.permutation(train)], y[train]), (X[rng.permutation(chosen)], y[chosen])
