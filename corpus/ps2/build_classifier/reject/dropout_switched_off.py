# expect: 0.75
# says: no Dropout is active
class Classifier(tf.keras.Model):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.dropout = tf.keras.layers.Dropout(0.5)
        self.dense = tf.keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        x = self.dropout(self.backbone(x), training=False)
        return self.dense(x)

def build_classifier(backbone):
    return Classifier(backbone)
