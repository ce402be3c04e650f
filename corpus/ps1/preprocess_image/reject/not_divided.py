# expect: 0.375
# says: The pixels range from 0 to 255 with a mean of
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32)
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), "nearest")
    return {"image": image, "label": sample["label"]}
