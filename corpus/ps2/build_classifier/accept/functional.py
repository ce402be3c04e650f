def build_classifier(backbone):
    inputs = tf.keras.Input(shape=INPUT_IMG_SHAPE)
    x = backbone(inputs, training=False)
    x = tf.keras.layers.Dropout(0.5)(x)
    outputs = tf.keras.layers.Dense(3, activation="softmax")(x)
    return tf.keras.Model(inputs, outputs)
