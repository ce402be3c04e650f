def build_classifier(backbone):
    x = tf.keras.layers.Dropout(0.5)(backbone.output)
    x = tf.keras.layers.Dense(3, activation="softmax")(x)
    return tf.keras.models.Model(inputs=backbone.input, outputs=x)
