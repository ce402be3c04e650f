# expect: 0.5
# says: y has shape
def to_numpy(ds):
    X = np.stack([sample["image"].numpy() for sample in ds])
    y = tf.one_hot([sample["label"] for sample in ds], 3).numpy()
    return X, y
