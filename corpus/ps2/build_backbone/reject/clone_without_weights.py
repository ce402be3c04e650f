# expect: 0.7
# says: not those of the pretrained network
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone = tf.keras.models.clone_model(backbone)
    backbone.trainable = False
    return backbone
