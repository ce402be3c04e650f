def build_classifier(backbone):
    model = tf.keras.Sequential([
        backbone,
        tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3),
    ])
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model
