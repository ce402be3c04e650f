def make_head():
    return tf.keras.Sequential([
        tf.keras.layers.Dropout(0.5),
        tf.keras.layers.Dense(3, activation="softmax"),
    ], name="head")

def build_classifier(backbone):
    return tf.keras.Sequential([backbone, make_head()])
