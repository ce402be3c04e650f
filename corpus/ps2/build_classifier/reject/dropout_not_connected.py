# expect: 0.75
# says: no Dropout is active
def build_classifier(backbone):
    inputs = tf.keras.Input(INPUT_IMG_SHAPE)
    features = backbone(inputs)
    tf.keras.layers.Dropout(0.5)(features)
    outputs = tf.keras.layers.Dense(3, activation="softmax")(features)
    return tf.keras.Model(inputs, outputs)
