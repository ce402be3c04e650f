@tf.function
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32)
    image = tf.math.divide(image, tf.constant(255, tf.float32))
    image = tf.image.resize(image, [INPUT_IMG_SIZE, INPUT_IMG_SIZE])
    image = tf.ensure_shape(image, INPUT_IMG_SHAPE)
    return {"image": image, "label": tf.identity(sample["label"])}
