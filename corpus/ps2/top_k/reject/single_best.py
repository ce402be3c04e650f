# says: returned tuple of str, expected a list of pairs
def top_k(probs, labels, k=5):
    best = np.argmax(probs[0])
    return labels[best], float(probs[0][best])
