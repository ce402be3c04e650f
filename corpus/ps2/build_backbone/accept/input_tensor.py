def build_backbone():
    inputs = tf.keras.layers.Input(shape=INPUT_IMG_SHAPE)
    backbone = tf.keras.applications.mobilenet_v2.MobileNetV2(
        input_tensor=inputs, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
