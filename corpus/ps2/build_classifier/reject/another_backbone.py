# expect: 0.625
# says: trainable parameters, expected
def build_classifier(backbone):
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=None)
    backbone.trainable = False
    return tf.keras.Sequential([
        backbone, tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(3, activation="softmax")])
