def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = True
    for layer in backbone.layers[1:]:
        layer.trainable = False
    return backbone
