# expect: 0.16666667
# says: not the likeliest labels
def top_k(probs, labels, k=5):
    probabilities = np.sort(probs[0])[::-1][:k]
    return [(labels[i], float(p)) for i, p in enumerate(probabilities)]
