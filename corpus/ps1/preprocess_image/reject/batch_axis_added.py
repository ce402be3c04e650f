# expect: 0.375
# says: shape [1, 96, 96, 3], expected [96, 96, 3]
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": tf.expand_dims(image, 0), "label": sample["label"]}
