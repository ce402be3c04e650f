# expect: 0.625
# says: Dropout is always active
def build_classifier(backbone):
    inputs = tf.keras.Input(INPUT_IMG_SHAPE)
    x = tf.keras.layers.Dropout(0.5)(backbone(inputs), training=True)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(3, activation="softmax")(x))
