class Classifier(tf.keras.Model):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.dense = tf.keras.layers.Dense(3)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        if training:
            x = tf.nn.dropout(x, rate=0.5)
        return tf.nn.softmax(self.dense(x))

def build_classifier(backbone):
    model = Classifier(backbone)
    model.build((None, *INPUT_IMG_SHAPE))
    return model
