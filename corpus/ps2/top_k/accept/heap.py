import heapq

def top_k(probs, labels, k=5):
    return heapq.nlargest(k, zip(labels, map(float, probs.flatten())), key=lambda p: p[1])
