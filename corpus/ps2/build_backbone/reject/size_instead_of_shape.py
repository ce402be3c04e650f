# expect: 0.8
# says: built for pictures of shape 96
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SIZE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
