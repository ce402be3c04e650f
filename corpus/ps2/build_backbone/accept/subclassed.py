class Backbone(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.network = tf.keras.applications.MobileNetV2(
            input_shape=INPUT_IMG_SHAPE, include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
        self.network.trainable = False

    def call(self, x):
        return self.network(x)

def build_backbone():
    backbone = Backbone()
    backbone.build((None, *INPUT_IMG_SHAPE))
    return backbone
