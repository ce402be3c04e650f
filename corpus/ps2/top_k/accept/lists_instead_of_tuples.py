def top_k(probs, labels, k=5):
    order = np.flip(np.argsort(probs, axis=-1), axis=-1)[0, :k]
    return [[labels[i], float(probs[0, i])] for i in order]
