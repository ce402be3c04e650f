# says: raised ValueError: 'size' must be a 1-D Tensor of 2 elements
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, INPUT_IMG_SHAPE)
    return {"image": image, "label": sample["label"]}
