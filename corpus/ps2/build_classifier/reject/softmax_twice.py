# expect: 0.875
# says: not those of a Dense layer on the backbone's features
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax"), tf.keras.layers.Softmax()])
