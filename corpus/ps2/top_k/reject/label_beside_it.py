# expect: 0.16666667
# says: not the likeliest labels
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i - 1], float(probs[0][i])) for i in order]
