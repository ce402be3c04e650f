# expect: 0.75
# says: no Dropout is active
def build_classifier(backbone):
    inputs = tf.keras.Input(INPUT_IMG_SHAPE)
    x = tf.keras.layers.Dropout(0.5)(backbone(inputs), training=False)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(3, activation="softmax")(x))
