def build_classifier(backbone):
    """The functional way, with softmax as a layer of its own."""
    inputs = tf.keras.Input(shape=INPUT_IMG_SHAPE)
    x = backbone(inputs)
    x = tf.keras.layers.Dropout(rate=1 / 2)(x)
    x = tf.keras.layers.Dense(len(CLASSES))(x)
    return tf.keras.Model(inputs, tf.keras.layers.Softmax()(x))
