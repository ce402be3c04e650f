# says: parameters, expected
def build_backbone():
    backbone = tf.keras.applications.MobileNet(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=0.25, weights=None)
    backbone.trainable = False
    return backbone
