# expect: 0.83333333
# says: the function raised TypeError
def top_k(probs, labels):
    order = np.argsort(probs[0])[::-1][:5]
    return [(labels[i], float(probs[0][i])) for i in order]
