# expect: 0.7
# says: with maximum pooling, expected average pooling
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="max", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
