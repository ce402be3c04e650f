# says: outputs of shape [1280], expected [3]
def build_classifier(backbone):
    model = tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
    return backbone
