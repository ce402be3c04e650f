# says: returned function, expected a Keras model
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2
    backbone.trainable = False
    return backbone
