def make_generators(X_train, y_train, X_test, y_test):
    """Keras' older ImageDataGenerator, which Keras 3 still has under preprocessing."""
    image = tf.keras.preprocessing.image
    augmented = image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )
    plain = image.ImageDataGenerator()
    return (
        augmented.flow(X_train, y_train, batch_size=BATCH_SIZE),
        plain.flow(X_test, y_test, batch_size=BATCH_SIZE, shuffle=False),
    )
