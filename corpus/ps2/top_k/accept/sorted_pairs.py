def top_k(probs, labels, k=5):
    pairs = list(zip(labels, probs[0]))
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)[:k]
