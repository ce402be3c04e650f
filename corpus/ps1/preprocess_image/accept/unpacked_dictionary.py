def preprocess_image(sample):
    return {
        **sample,
        "image": tf.image.resize(tf.cast(sample["image"], tf.float32), (INPUT_IMG_SIZE, INPUT_IMG_SIZE)) / 255.0,
    }
