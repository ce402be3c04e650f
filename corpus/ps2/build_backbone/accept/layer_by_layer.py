from tensorflow.keras.applications import MobileNetV2

def build_backbone():
    base = MobileNetV2(INPUT_IMG_SHAPE, ALPHA, include_top=False, weights=WEIGHTS, pooling="avg")
    for layer in base.layers:
        layer.trainable = False
    return base
