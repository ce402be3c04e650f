def build_backbone():
    """A Sequential with a pooling layer of its own; every layer is frozen one by one."""
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS
    )
    for layer in network.layers:
        layer.trainable = False
    return tf.keras.Sequential([network, tf.keras.layers.GlobalAveragePooling2D()])
