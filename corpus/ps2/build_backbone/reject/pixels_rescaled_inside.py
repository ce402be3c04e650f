# expect: 0.7
# says: rescales the pictures that it is given
def build_backbone():
    network = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    inputs = tf.keras.Input(INPUT_IMG_SHAPE)
    outputs = network(tf.keras.layers.Rescaling(2, offset=-1)(inputs))
    backbone = tf.keras.Model(inputs, outputs)
    backbone.trainable = False
    return backbone
