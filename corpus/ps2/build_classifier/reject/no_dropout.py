# expect: 0.75
# says: no Dropout is active
def build_classifier(backbone):
    return tf.keras.Sequential([backbone, tf.keras.layers.Dense(3, activation="softmax")])
