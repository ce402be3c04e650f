# expect: 0.7
# says: built with weights=imagenet
from keras.applications.mobilenet_v2 import MobileNetV2

def build_backbone():
    backbone = MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA)
    backbone.trainable = False
    return backbone
