# says: expected [3]: one per class
def build_classifier(backbone):
    model = tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
    return backbone
