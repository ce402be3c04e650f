def build_classifier(backbone):
    return tf.keras.Sequential([
        tf.keras.Input(shape=INPUT_IMG_SHAPE),
        backbone,
        tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation=tf.nn.softmax),
    ])
