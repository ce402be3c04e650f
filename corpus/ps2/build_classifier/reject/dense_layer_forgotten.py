# says: expected [3]: one per class
def build_classifier(backbone):
    return tf.keras.Sequential([backbone, tf.keras.layers.Dropout(0.5)])
