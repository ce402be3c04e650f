# expect: 0.66666667
# says: is paired with the wrong probability
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], 0.0) for i in order]
