# expect: 0.375
# says: shape [96, 96, 1], expected [96, 96, 3]
def preprocess_image(sample):
    image = tf.cast(tf.image.rgb_to_grayscale(sample["image"]), tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
