# expect: 0.625
# says: brightness or contrast has changed
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    image = tf.clip_by_value(0.9 * image + 0.05, 0, 1)
    return {"image": image, "label": sample["label"]}
