def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS)
    network.trainable = False
    x = tf.keras.layers.GlobalAveragePooling2D()(network.output)
    return tf.keras.Model(inputs=network.input, outputs=x)
