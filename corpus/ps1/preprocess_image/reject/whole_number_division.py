# expect: 0.375
# says: of the pixels are 0
def preprocess_image(sample):
    image = tf.cast(sample["image"] // 255, tf.float32)
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
