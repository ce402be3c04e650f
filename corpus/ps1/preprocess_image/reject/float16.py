# expect: 0.875
# says: The pixels are float16, expected float32
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": tf.cast(image, tf.float16), "label": sample["label"]}
