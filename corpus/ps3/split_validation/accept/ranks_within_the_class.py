def split_validation(X, y, share, seed):
    numbers = np.random.default_rng(seed).random(len(y))
    val = np.zeros(len(y), bool)
    for c in np.unique(y):
        of_class = y == c
        n = round(share * of_class.sum())
        limit = np.sort(numbers[of_class])[n]
        val |= of_class & (numbers < limit)
    return (X[~val], y[~val]), (X[val], y[val])
