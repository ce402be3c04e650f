def freeze(layer):
    layer.trainable = False
    for inner in getattr(layer, "layers", []):
        freeze(inner)

def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    freeze(backbone)
    return backbone
