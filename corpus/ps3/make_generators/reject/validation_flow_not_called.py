# expect: 0.8
# says: The validation generator does not yield batches
def make_generators(X_train, y_train, X_test, y_test):
    train_datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )
    val_datagen = tf.keras.preprocessing.image.ImageDataGenerator()
    return train_datagen.flow(X_train, y_train, batch_size=BATCH_SIZE), val_datagen
