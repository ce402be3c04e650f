def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS,
        input_shape=(None, None, 3))
    backbone.trainable = False
    return backbone
