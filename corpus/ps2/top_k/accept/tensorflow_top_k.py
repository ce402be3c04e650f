def top_k(probs, labels, k=5):
    values, indices = tf.math.top_k(probs[0], k=k)
    return [(labels[i], v) for v, i in zip(values.numpy(), indices.numpy())]
