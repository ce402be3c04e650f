# expect: 0.625
# says: The picture is turned
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(tf.image.rot90(image), (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
