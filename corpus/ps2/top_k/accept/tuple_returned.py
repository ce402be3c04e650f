def top_k(probs, labels, k=5):
    probs = np.asarray(probs)[0]
    order = np.lexsort((probs,))[::-1]
    return tuple((labels[i], float(probs[i])) for i in order[:k])
