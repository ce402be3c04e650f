# expect: 0.8
# says: built for pictures of shape (224, 224, 3), expected INPUT_IMG_SHAPE
def build_backbone():
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=(224, 224, 3), include_top=False, pooling="avg", alpha=ALPHA, weights=WEIGHTS)
    backbone.trainable = False
    return backbone
