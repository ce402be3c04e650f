# says: pairs that begin with int64, expected a list of pairs
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(i, float(probs[0][i])) for i in order]
