def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = set()
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val |= set(rng.choice(members, round(share * len(members)), replace=False).tolist())
    train = [i for i in range(len(y)) if i not in val]
    val = sorted(val)
    return [[X[train], y[train]], [X[val], y[val]]]
