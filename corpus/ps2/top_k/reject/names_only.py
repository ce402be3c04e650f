# says: list of str, expected a list of pairs
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [labels[i] for i in order]
