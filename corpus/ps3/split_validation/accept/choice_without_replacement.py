def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = []
    for c in np.unique(y):
        members = np.where(y == c)[0]
        val.extend(rng.choice(members, size=round(share * len(members)), replace=False))
    mask = np.zeros(len(y), dtype=bool)
    mask[val] = True
    return (X[~mask], y[~mask]), (X[mask], y[mask])
