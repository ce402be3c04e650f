# expect: 0.5
# says: shape [11520], expected [1280]
def build_backbone():
    backbone = tf.keras.Sequential([
        tf.keras.applications.MobileNetV2(
            input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS),
        tf.keras.layers.Flatten(),
    ])
    backbone.trainable = False
    return backbone
