def top_k(probs, labels, k=5):
    """Sorts pairs instead of positions."""
    pairs = zip(labels, np.ravel(probs).tolist())
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)[:k]
