# expect: 0.5
# says: sum to between
def build_classifier(backbone):
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="relu", bias_initializer="ones")])
