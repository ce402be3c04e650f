import operator

def top_k(probs, labels, k=5):
    pairs = []
    for label, probability in zip(labels, probs[0].tolist()):
        pairs.append((label, probability))
    pairs.sort(key=operator.itemgetter(1))
    pairs.reverse()
    return pairs[:k]
