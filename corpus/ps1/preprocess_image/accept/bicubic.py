def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), tf.image.ResizeMethod.BICUBIC)
    return {"image": tf.clip_by_value(image, 0.0, 1.0), "label": sample["label"]}
