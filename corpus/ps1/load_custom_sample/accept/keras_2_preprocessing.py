def load_custom_sample(path):
    image = tf.keras.preprocessing.image
    picture = image.load_img(path, target_size=INPUT_IMG_SHAPE[:2], interpolation="bicubic")
    return np.stack([image.img_to_array(picture)]) / 255
