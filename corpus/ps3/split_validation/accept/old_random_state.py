def split_validation(X, y, share, seed):
    random = np.random.RandomState(seed)
    chosen = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        random.shuffle(members)
        chosen[members[: int(round(share * len(members)))]] = True
    return (X[~chosen], y[~chosen]), (X[chosen], y[chosen])
