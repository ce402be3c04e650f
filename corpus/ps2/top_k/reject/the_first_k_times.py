# expect: 0.33333333
# says: 1 labels came back
def top_k(probs, labels, k=5):
    best = int(np.argmax(probs[0]))
    return [(labels[best], float(probs[0][best])) for _ in range(k)]
