def crossentropy(labels, probabilities):
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    right = tf.gather(probabilities, labels, batch_dims=1)
    return -tf.math.log(right)

def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001), crossentropy, metrics=["accuracy"])
