# expect: 0.75
# says: not in the order of their probabilities
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return sorted((labels[i], float(probs[0][i])) for i in order)
