def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    inputs = tf.keras.Input(shape=INPUT_IMG_SHAPE)
    outputs = network(inputs, training=False)
    model = tf.keras.Model(inputs, outputs, name="backbone")
    model.trainable = False
    return model
