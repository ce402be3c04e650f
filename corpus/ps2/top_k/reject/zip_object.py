# says: returned zip, expected a list of pairs
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return zip([labels[i] for i in order], probs[0][order])
