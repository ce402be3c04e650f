# expect: 0.33333333
# says: not the likeliest labels
def top_k(probs, labels, k=5):
    order = np.argsort(probs[0])[::-1][1:k + 1]
    return [(labels[i], float(probs[0][i])) for i in order]
