# expect: 0.625
# says: trainable parameters, expected
def build_classifier(backbone):
    return tf.keras.Sequential([
        tf.keras.Input(INPUT_IMG_SHAPE), tf.keras.layers.Flatten(), tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax")])
