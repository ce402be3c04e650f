def preprocess_image(sample):
    """Resizes first and scales afterwards, and keeps whatever else the sample holds."""
    side = INPUT_IMG_SHAPE[0]
    resize = tf.keras.layers.Resizing(side, side)
    pixels = tf.image.convert_image_dtype(sample["image"], tf.float32)
    return {**sample, "image": tf.ensure_shape(resize(pixels), INPUT_IMG_SHAPE)}
