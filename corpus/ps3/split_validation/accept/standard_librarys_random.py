import random


def split_validation(X, y, share, seed):
    generator = random.Random(seed)
    val = []
    for c in sorted(set(y.tolist())):
        members = [i for i, label in enumerate(y) if label == c]
        val += generator.sample(members, round(share * len(members)))
    train = sorted(set(range(len(y))) - set(val))
    return (X[train], y[train]), (X[sorted(val)], y[sorted(val)])
