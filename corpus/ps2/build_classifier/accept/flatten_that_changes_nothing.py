def build_classifier(backbone):
    backbone.trainable = False
    model = tf.keras.Sequential()
    for layer in (
        backbone,
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax", kernel_regularizer=tf.keras.regularizers.L2(1e-4)),
    ):
        model.add(layer)
    return model
