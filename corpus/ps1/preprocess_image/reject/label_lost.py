# expect: 0.875
# says: The label is missing
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    return {"image": tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))}
