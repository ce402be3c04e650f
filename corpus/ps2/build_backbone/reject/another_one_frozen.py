# expect: 0.5
# says: weights changed in one training step, expected none
def make():
    return tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)

def build_backbone():
    make().trainable = False
    return make()
