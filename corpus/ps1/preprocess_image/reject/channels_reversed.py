# expect: 0.8125
# says: The channels are swapped
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image[..., ::-1], "label": sample["label"]}
