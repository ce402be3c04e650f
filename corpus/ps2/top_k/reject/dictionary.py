# says: returned dict, expected a list of pairs
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return {labels[i]: float(probs[0][i]) for i in order}
