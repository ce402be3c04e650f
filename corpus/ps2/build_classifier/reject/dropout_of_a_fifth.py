# expect: 0.75
# says: The Dropout rate is 0.2, expected 0.5
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.2), tf.keras.layers.Dense(3, activation="softmax")])
