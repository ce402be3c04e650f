import keras

def build_backbone():
    options = dict(include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone = keras.applications.MobileNetV2(input_shape=INPUT_IMG_SHAPE, **options)
    setattr(backbone, "trainable", False)
    return backbone
