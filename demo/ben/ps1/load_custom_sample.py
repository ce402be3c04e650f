def load_custom_sample(path):
    """Lets Keras' own helper open, convert and resize the picture."""
    size = (INPUT_IMG_SIZE, INPUT_IMG_SIZE)
    picture = tf.keras.utils.load_img(path, target_size=size, interpolation="bicubic")
    return tf.keras.utils.img_to_array(picture)[np.newaxis] / 255.0
