def to_numpy(ds):
    X = tf.stack([s["image"] for s in ds])
    y = tf.stack([s["label"] for s in ds])
    return X.numpy(), y.numpy()
