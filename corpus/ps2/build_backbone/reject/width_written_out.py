# expect: 0.7
# says: built with alpha=1.4
from tensorflow.keras.applications import MobileNetV2 as Network

def build_backbone():
    backbone = Network(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=1.4, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
