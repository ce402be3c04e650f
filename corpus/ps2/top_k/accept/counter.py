from collections import Counter

def top_k(probs, labels, k=5):
    return Counter(dict(zip(labels, probs[0]))).most_common(k)
