def make_generators(X_train, y_train, X_test, y_test):
    train_datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )
    train_gen = train_datagen.flow(X_train, y_train, batch_size=BATCH_SIZE)
    val_gen = [
        (X_test[i:i + BATCH_SIZE], y_test[i:i + BATCH_SIZE])
        for i in range(0, len(X_test), BATCH_SIZE)
    ]
    return train_gen, val_gen
