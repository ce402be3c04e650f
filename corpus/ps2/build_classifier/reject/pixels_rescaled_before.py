# expect: 0.875
# says: not those of a Dense layer on the backbone's features
def build_classifier(backbone):
    return tf.keras.Sequential([
        tf.keras.Input(INPUT_IMG_SHAPE), tf.keras.layers.Rescaling(1 / 127.5, offset=-1),
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
