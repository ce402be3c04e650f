# expect: 0.5
# says: built with include_top=True
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
