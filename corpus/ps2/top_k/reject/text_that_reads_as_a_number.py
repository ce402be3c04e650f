# expect: 0.66666667
# says: The probabilities are of type str, expected numbers
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], f"{probs[0][i]:.6f}") for i in order]
