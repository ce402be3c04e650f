def make_generators(X_train, y_train, X_test, y_test):
    augment = tf.keras.Sequential([
        tf.keras.layers.RandomRotation(8 / 360, fill_mode="nearest"),
        tf.keras.layers.RandomTranslation(0.08, 0.08, fill_mode="nearest"),
        tf.keras.layers.RandomZoom(0.08, 0.08, fill_mode="nearest"),
    ])
    train_gen = (
        tf.data.Dataset.from_tensor_slices((X_train, y_train))
        .shuffle(len(X_train))
        .batch(BATCH_SIZE)
        .map(lambda X, y: (augment(X, training=True), y))
    )
    val_gen = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(BATCH_SIZE)
    return train_gen, val_gen
