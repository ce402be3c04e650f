def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone,
        tf.keras.layers.Dropout(0.5, seed=42),
        tf.keras.layers.Dense(3, kernel_initializer="he_normal"),
        tf.keras.layers.Softmax(),
    ])
