# expect: 0.875
# says: The pixels are float64, expected float32
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float64) / 255.0
    image = tf.cast(tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE)), tf.float64)
    return {"image": image, "label": sample["label"]}
