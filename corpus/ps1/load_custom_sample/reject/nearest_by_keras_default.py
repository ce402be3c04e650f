# expect: 0.75
# says: resized with nearest interpolation, expected bicubic
def load_custom_sample(path):
    picture = tf.keras.utils.load_img(path, target_size=(INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return tf.keras.utils.img_to_array(picture)[np.newaxis] / 255.0
