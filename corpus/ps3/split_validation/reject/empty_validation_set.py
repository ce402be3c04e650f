# expect: 0.33333333
# says: The validation set has 0 of
def split_validation(X, y, share, seed):
    return (X, y), (X[:0], y[:0])
