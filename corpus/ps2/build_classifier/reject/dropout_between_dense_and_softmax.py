# expect: 0.75
# says: Dropout does not act on the features
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dense(3), tf.keras.layers.Dropout(0.5), tf.keras.layers.Softmax()])
