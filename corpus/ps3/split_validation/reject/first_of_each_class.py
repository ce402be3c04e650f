# expect: 0.83333333
# says: Two seeds gave the same validation set
def split_validation(X, y, share, seed):
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        val[members[: round(share * len(members))]] = True
    return (X[~val], y[~val]), (X[val], y[val])
