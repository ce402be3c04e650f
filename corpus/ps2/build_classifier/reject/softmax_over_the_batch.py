# expect: 0.5
# says: sum to between
def build_classifier(backbone):
    inputs = tf.keras.Input(INPUT_IMG_SHAPE)
    x = tf.keras.layers.Dropout(0.5)(backbone(inputs))
    x = tf.keras.layers.Dense(3)(x)
    return tf.keras.Model(inputs, tf.keras.layers.Softmax(axis=0)(x))
