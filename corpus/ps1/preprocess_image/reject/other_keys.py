# says: its keys: images, labels
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"images": image, "labels": sample["label"]}
