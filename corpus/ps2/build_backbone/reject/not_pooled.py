# expect: 0.5
# says: the feature map is not pooled
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
