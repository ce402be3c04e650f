# expect: 0.5
# says: expected [1280]
def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS)
    network.trainable = False
    x = tf.keras.layers.GlobalAveragePooling2D()(network.get_layer("block_16_project_BN").output)
    x = tf.keras.layers.Dense(1300, trainable=False)(x)
    x = tf.keras.layers.Dense(1300, trainable=False)(x)
    return tf.keras.Model(network.input, x)
