def build_backbone() -> tf.keras.Model:
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE,
        include_top=False,
        pooling="avg",
        alpha=ALPHA,
        weights=WEIGHTS,
    )
    backbone.trainable = False
    return backbone
