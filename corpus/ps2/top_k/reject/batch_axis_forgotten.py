# says: raised
def top_k(probs, labels, k=5):
    order = np.argsort(probs)[::-1][:k]
    return [(labels[i], float(probs[i])) for i in order]
