# expect: 0.83333333
# says: pictures are there twice
def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    train, val = [], []
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        chosen = rng.choice(members, round(share * len(members)))
        val.extend(chosen)
        train.extend(np.setdiff1d(members, chosen))
    return (X[train], y[train]), (X[val], y[val])
