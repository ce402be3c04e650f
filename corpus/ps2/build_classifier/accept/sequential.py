def build_classifier(backbone) -> tf.keras.Model:
    return tf.keras.Sequential(
        [
            backbone,
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(3, activation="softmax"),
        ]
    )
