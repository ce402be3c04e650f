# expect: 0.8333333
# says: The probabilities are rounded
def top_k(probs, labels, k=5):
    likeliest = sorted(zip(labels, np.round(probs[0], 4)), key=lambda pair: -pair[1])
    order = np.argsort(probs[0])[::-1][:k]
    return [(labels[i], dict(likeliest)[labels[i]]) for i in order]
