def build_backbone():
    backbone = tf.keras.Sequential([
        tf.keras.applications.MobileNetV2(
            input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS),
        tf.keras.layers.GlobalAveragePooling2D(),
    ])
    backbone.trainable = False
    return backbone
