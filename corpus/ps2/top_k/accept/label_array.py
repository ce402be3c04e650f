def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    names = np.array(labels)[order]
    return list(zip(names, probs[0][order]))
