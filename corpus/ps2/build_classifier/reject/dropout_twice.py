# expect: 0.75
# says: The Dropout rate is 0.75, expected 0.5
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax")])
