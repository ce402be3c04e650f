def load_custom_sample(path):
    picture = tf.keras.utils.load_img(
        path, target_size=(INPUT_IMG_SIZE, INPUT_IMG_SIZE), interpolation="bicubic"
    )
    return tf.keras.utils.img_to_array(picture)[None, ...] / 255.0
