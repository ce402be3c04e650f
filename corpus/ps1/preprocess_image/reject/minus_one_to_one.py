# expect: 0.375
# says: The pixels range from -1 to
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 127.5 - 1
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), method="nearest")
    return {"image": image, "label": sample["label"]}
