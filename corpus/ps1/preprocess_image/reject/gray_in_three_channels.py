# expect: 0.625
# says: The picture has become gray
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(image))
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
