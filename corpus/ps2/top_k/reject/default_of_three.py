# expect: 0.83333333
# says: 3 labels came back, expected 5
def top_k(probs, labels, k=3):
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], float(probs[0][i])) for i in order]
