# expect: 0.875
# says: weights of the backbone change in a training step
def build_classifier(backbone):
    backbone.trainable = True
    for variable in backbone.trainable_variables:
        variable.trainable = False
    return tf.keras.Sequential([backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
