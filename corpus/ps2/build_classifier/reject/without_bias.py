# expect: 0.625
# says: The head has 3,840 trainable parameters, expected 3,843
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax", use_bias=False)])
