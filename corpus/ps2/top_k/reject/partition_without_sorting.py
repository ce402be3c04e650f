# expect: 0.75
# says: not in the order of their probabilities
def top_k(probs, labels, k=5):
    p = probs[0]
    best = np.sort(np.argpartition(p, len(p) - k)[len(p) - k:])
    return [(labels[i], float(p[i])) for i in best]
