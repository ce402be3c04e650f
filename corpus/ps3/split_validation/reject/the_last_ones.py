# expect: 0.5
# says: Of one class,
def split_validation(X, y, share, seed):
    n = len(y) - round(share * len(y))
    return (X[:n], y[:n]), (X[n:], y[n:])
