# expect: 0.7
# says: built with alpha=1.0
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", weights=WEIGHTS)
    backbone.trainable = False
    return backbone
