# expect: 0.75
# says: it is not features that are dropped
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dense(3), tf.keras.layers.Dropout(0.5), tf.keras.layers.Softmax()])
