# says: pairs that begin with float, expected a list of pairs
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(float(probs[0][i]), labels[i]) for i in order]
