def top_k(probs, labels, k=5):
    p = probs[0]
    return [(labels[i], p[i]) for i in np.argsort(-p)[:k]]
