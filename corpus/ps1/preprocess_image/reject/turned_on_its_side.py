# expect: 0.625
# says: rows and columns are swapped
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": tf.transpose(image, (1, 0, 2)), "label": sample["label"]}
