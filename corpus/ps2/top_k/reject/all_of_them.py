# expect: 0.83333333
# says: 40 labels came back, expected 3
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1]
    return [(labels[i], float(probs[0][i])) for i in order]
