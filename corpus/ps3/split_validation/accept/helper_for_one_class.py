def pick(members, share, rng):
    members = members.copy()
    rng.shuffle(members)
    return members[: int(np.floor(share * len(members) + 0.5))]


def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.concatenate([pick(np.flatnonzero(y == c), share, rng) for c in np.unique(y)])
    train = np.delete(np.arange(len(y)), val)
    return (X[train], y[train]), (X[val], y[val])
