# says: outputs of shape [1280], expected [3]
def build_classifier(backbone):
    return tf.keras.Sequential([backbone, tf.keras.layers.Dropout(0.5)])
