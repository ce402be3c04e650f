# expect: 0.2
# says: The training generator yields no batch of 40 pictures
def make_generators(X_train, y_train, X_test, y_test):
    pictures = tf.data.Dataset.from_tensor_slices((X_train, y_train)).shuffle(len(X_train))
    val_gen = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(BATCH_SIZE)
    return pictures.batch(64, drop_remainder=True), val_gen
