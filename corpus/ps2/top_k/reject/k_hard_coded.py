# expect: 0.83333333
# says: labels came back, expected
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][:5]
    return [(labels[i], float(probs[0][i])) for i in order]
