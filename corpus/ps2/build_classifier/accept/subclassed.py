class Classifier(tf.keras.Model):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.dropout = tf.keras.layers.Dropout(0.5)
        self.dense = tf.keras.layers.Dense(3, activation="softmax")

    def call(self, x, training=False):
        x = self.backbone(x)
        x = self.dropout(x, training=training)
        return self.dense(x)

def build_classifier(backbone):
    return Classifier(backbone)
