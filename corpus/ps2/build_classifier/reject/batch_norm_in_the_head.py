# expect: 0.625
# says: trainable parameters, expected
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.BatchNormalization(), tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax")])
