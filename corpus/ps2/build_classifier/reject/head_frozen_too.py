# expect: 0.625
# says: trainable parameters, expected
def build_classifier(backbone):
    model = tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
    model.trainable = False
    return model
