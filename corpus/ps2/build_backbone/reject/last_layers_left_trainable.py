# expect: 0.5
# says: weights changed in one training step, expected none
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    for layer in backbone.layers[:profile.fine_tune_at]:
        layer.trainable = False
    return backbone
