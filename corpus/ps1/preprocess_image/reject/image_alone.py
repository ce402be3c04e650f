# says: returned EagerTensor, expected a dictionary
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    return tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
