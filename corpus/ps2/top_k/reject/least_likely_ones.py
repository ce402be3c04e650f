# expect: 0.5
# says: not the likeliest labels
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[:k]
    return [(labels[i], float(probs[0][i])) for i in order]
