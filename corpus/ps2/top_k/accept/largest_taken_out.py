def top_k(probs, labels, k=5):
    p = probs[0].copy()
    result = []
    for _ in range(k):
        i = int(np.argmax(p))
        result.append((labels[i], float(p[i])))
        p[i] = -1
    return result
