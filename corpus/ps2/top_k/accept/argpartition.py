def top_k(probs, labels, k=5):
    p = np.ravel(probs)
    best = np.argpartition(p, len(p) - k)[len(p) - k:]
    best = best[np.argsort(p[best])][::-1]
    return [(labels[i], float(p[i])) for i in best]
