# expect: 0.33333333
# says: Two seeds gave the same validation set
def split_validation(X, y, share, seed):
    step = round(1 / share)
    val = np.arange(len(y)) % step == 0
    return (X[~val], y[~val]), (X[val], y[val])
