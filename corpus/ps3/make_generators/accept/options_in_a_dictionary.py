RECIPE = {
    "rotation_range": 8,
    "width_shift_range": 0.08,
    "height_shift_range": 0.08,
    "shear_range": 0.3,
    "zoom_range": 0.08,
    "fill_mode": "nearest",
}

def make_generators(X_train, y_train, X_test, y_test):
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(**RECIPE)
    return (
        datagen.flow(x=X_train, y=y_train, batch_size=BATCH_SIZE),
        tf.keras.preprocessing.image.ImageDataGenerator().flow(x=X_test, y=y_test, batch_size=BATCH_SIZE, shuffle=False),
    )
