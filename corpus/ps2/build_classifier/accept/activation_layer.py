def build_classifier(backbone):
    model = tf.keras.models.Sequential()
    model.add(backbone)
    model.add(tf.keras.layers.Dropout(.5))
    model.add(tf.keras.layers.Dense(3))
    model.add(tf.keras.layers.Activation("softmax"))
    return model
