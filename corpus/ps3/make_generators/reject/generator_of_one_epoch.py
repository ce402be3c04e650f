# expect: 0.2
# says: yields batches in the first epoch only
def make_generators(X_train, y_train, X_test, y_test):
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )

    def batches():
        order = np.random.permutation(len(X_train))
        for start in range(0, len(order), BATCH_SIZE):
            chosen = order[start:start + BATCH_SIZE]
            yield np.array([datagen.random_transform(X_train[i]) for i in chosen]), y_train[chosen]

    val_gen = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(BATCH_SIZE)
    return batches(), val_gen
