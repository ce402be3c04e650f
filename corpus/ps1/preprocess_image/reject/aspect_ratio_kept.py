# expect: 0.375
# says: The picture has shape [68, 96, 3], expected [96, 96, 3]
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    h, w = image.shape[0], image.shape[1]
    image = tf.image.resize(image, (INPUT_IMG_SIZE * h // w, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
