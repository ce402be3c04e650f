# expect: 0.7
# says: built with weights=imagenet, expected WEIGHTS
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA)
    backbone.trainable = False
    return backbone
