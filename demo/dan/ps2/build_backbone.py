def build_backbone():
    # Frozen in compile_head, after compiling.
    return tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE,
        include_top=False,
        pooling="avg",
        alpha=ALPHA,
        weights=WEIGHTS,
    )
