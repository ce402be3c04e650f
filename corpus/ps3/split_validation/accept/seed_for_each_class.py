def split_validation(X, y, share, seed):
    train, val = [], []
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        keys = np.random.default_rng([seed, int(c)]).random(len(members))
        members = members[np.argsort(keys)]
        n = round(share * len(members))
        val.append(members[:n])
        train.append(members[n:])
    train, val = np.concatenate(train), np.concatenate(val)
    return (np.take(X, train, axis=0), np.take(y, train)), (np.take(X, val, axis=0), np.take(y, val))
