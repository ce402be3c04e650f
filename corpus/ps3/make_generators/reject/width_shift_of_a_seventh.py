# expect: 0.8
# says: of its side, expected at most 0.08
def make_generators(X_train, y_train, X_test, y_test):
    train_datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=1 / 7,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )
    val_datagen = tf.keras.preprocessing.image.ImageDataGenerator()
    train_gen = train_datagen.flow(X_train, y_train, batch_size=BATCH_SIZE)
    val_gen = val_datagen.flow(X_test, y_test, batch_size=BATCH_SIZE, shuffle=False)
    return train_gen, val_gen
