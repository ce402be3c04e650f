# expect: 0.66666667
# says: Of one class,
def split_validation(X, y, share, seed):
    order = np.random.default_rng(seed).permutation(len(y))
    n = round(share * len(y))
    val, train = order[:n], order[n:]
    return (X[train], y[train]), (X[val], y[val])
