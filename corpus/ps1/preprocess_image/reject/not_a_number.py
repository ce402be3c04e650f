# expect: 0.375
# says: NaN or infinite
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32)
    image = tf.image.resize(image / 255.0, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image / (image - image), "label": sample["label"]}
