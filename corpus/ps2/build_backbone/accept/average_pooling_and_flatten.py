def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS)
    model = tf.keras.Sequential()
    model.add(network)
    model.add(tf.keras.layers.AveragePooling2D(pool_size=network.output_shape[1:3]))
    model.add(tf.keras.layers.Flatten())
    for layer in model.layers:
        layer.trainable = False
    return model
