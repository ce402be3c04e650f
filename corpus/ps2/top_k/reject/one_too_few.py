# expect: 0.83333333
# says: 6 labels came back, expected 7
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[:-k:-1]
    return [(labels[i], float(probs[0][i])) for i in order]
