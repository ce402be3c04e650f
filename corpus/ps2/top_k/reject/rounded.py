# expect: 0.8333333
# says: The probabilities are rounded
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], round(float(probs[0][i]), 2)) for i in order]
