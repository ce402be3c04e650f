# expect: 0.5
# says: the ImageNet classes are still on top
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=True, alpha=ALPHA, weights=None)
    backbone.trainable = False
    return backbone
