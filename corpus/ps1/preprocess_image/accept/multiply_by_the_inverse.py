def preprocess_image(sample):
    scale = 1 / 255
    image = tf.multiply(tf.cast(sample["image"], tf.float32), scale)
    image = tf.image.resize(image, tf.constant([INPUT_IMG_SIZE, INPUT_IMG_SIZE]))
    return {"image": image, "label": sample["label"]}
