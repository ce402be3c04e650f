# says: returned KerasTensor, expected a Keras model
def build_classifier(backbone):
    x = tf.keras.layers.Dropout(0.5)(backbone.output)
    return tf.keras.layers.Dense(3, activation="softmax")(x)
