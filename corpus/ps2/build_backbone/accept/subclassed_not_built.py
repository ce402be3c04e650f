class Features(tf.keras.Model):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, inputs, training=None):
        return self.network(inputs, training=False)

def build_backbone():
    features = Features(tf.keras.applications.MobileNetV2(
        input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS))
    features.trainable = False
    return features
