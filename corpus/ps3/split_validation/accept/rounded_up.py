import math


def split_validation(X, y, share, seed):
    rng = np.random.default_rng(seed)
    val = np.concatenate(
        [
            rng.permutation(np.flatnonzero(y == c))[: math.ceil(share * (y == c).sum())]
            for c in set(y.tolist())
        ]
    )
    train = np.setdiff1d(np.arange(len(y)), val)
    return (X[train], y[train]), (X[val], y[val])
