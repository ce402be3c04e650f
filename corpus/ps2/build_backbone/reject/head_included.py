# says: shape [3], expected [1280]
def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    network.trainable = False
    return tf.keras.Sequential([network, tf.keras.layers.Dense(3, activation="softmax")])
