from scipy.ndimage import affine_transform

def transformed(x):
    angle = np.radians(np.random.uniform(-8, 8))
    zoom = np.random.uniform(0.92, 1.08)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * zoom
    center = (np.array(x.shape[:2]) - 1) / 2
    shift = np.random.uniform(-0.08, 0.08, 2) * x.shape[:2]
    offset = center - rotation @ (center + shift)
    channels = [affine_transform(x[..., c], rotation, offset, order=1, mode="nearest") for c in range(3)]
    return np.stack(channels, axis=-1)

def make_generators(X_train, y_train, X_test, y_test):
    def batches():
        order = np.random.permutation(len(X_train))
        for start in range(0, len(order), BATCH_SIZE):
            chosen = order[start:start + BATCH_SIZE]
            yield np.stack([transformed(x) for x in X_train[chosen]]), y_train[chosen]

    signature = (
        tf.TensorSpec((None, *X_train.shape[1:]), tf.float32),
        tf.TensorSpec((None,), y_train.dtype),
    )
    train_gen = tf.data.Dataset.from_generator(batches, output_signature=signature)
    val_gen = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(BATCH_SIZE)
    return train_gen, val_gen
