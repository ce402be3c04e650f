def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float64) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": tf.cast(image, tf.float32), "label": sample["label"]}
