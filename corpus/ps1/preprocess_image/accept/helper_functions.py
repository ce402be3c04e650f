def scale(image):
    return tf.cast(image, tf.float32) / 255.

def shrink(image):
    return tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), method="bilinear")

def preprocess_image(sample: dict) -> dict:
    return {"image": shrink(scale(sample["image"])), "label": sample["label"]}
