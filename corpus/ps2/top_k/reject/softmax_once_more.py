# expect: 0.66666667
# says: is paired with the wrong probability
def top_k(probs, labels, k=5):
    p = tf.nn.softmax(probs[0]).numpy()
    order = np.argsort(p)[::-1][:k]
    return [(labels[i], float(p[i])) for i in order]
