def split_validation(X, y, share, seed):
    np.random.seed(seed)
    val = []
    for c in np.unique(y):
        members = np.random.permutation(np.nonzero(y == c)[0])
        val += members[: round(share * len(members))].tolist()
    train = [i for i in range(len(y)) if i not in set(val)]
    return (X[train], y[train]), (X[val], y[val])
