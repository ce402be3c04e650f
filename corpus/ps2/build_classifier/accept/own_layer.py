class Head(tf.keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dropout = tf.keras.layers.Dropout(0.5)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x, training=None):
        x = self.dropout(x, training=training)
        return tf.nn.softmax(tf.matmul(x, self.kernel) + self.bias)

def build_classifier(backbone):
    return tf.keras.Sequential([backbone, Head(3)])
