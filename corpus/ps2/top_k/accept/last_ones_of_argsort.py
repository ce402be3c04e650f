def top_k(probs, labels, k=5):
    indices = probs.squeeze(0).argsort()[-k:]
    return [(labels[i], probs[0, i]) for i in reversed(indices)]
