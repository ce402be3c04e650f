def preprocess_image(sample):
    result = dict(sample)
    result["image"] = tf.image.resize(tf.cast(result["image"], "float32") / 255, (INPUT_IMG_SIZE,) * 2)
    return result
