import keras

def build_backbone():
    network = keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, alpha=ALPHA, weights=WEIGHTS)
    network.trainable = False
    features = keras.ops.mean(network.output, axis=(1, 2))
    return keras.Model(network.input, features)
