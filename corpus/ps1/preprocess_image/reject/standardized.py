# expect: 0.375
# says: The pixels range from -
def preprocess_image(sample):
    image = tf.image.resize(sample["image"], (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    image = tf.image.per_image_standardization(image)
    return {"image": image, "label": sample["label"]}
