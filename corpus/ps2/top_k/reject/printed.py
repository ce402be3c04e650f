# says: returned NoneType, expected a list of pairs
def top_k(probs, labels, k=5):
    for i in np.argsort(probs[0])[::-1][:k]:
        print(labels[i], float(probs[0][i]))
