# expect: 0.4
# says: The training pictures come back unchanged
def make_generators(X_train, y_train, X_test, y_test):
    datagen = tf.keras.preprocessing.image.ImageDataGenerator()
    return (
        datagen.flow(X_train, y_train, batch_size=BATCH_SIZE),
        datagen.flow(X_test, y_test, batch_size=BATCH_SIZE, shuffle=False),
    )
