# expect: 0.8333333
# says: The probabilities are in percent
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], round(100 * float(probs[0][i]))) for i in order]
