# expect: 0.625
# says: brightness or contrast has changed
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32)
    image = image / tf.reduce_max(image)
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
