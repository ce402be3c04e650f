# expect: 0.625
# says: Dropout is always active
class Classifier(tf.keras.Model):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.dense = tf.keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.dense(tf.nn.dropout(self.backbone(x), rate=0.5))

def build_classifier(backbone):
    return Classifier(backbone)
