def preprocess_image(sample):
    image = tf.cast(sample["image"], dtype=tf.float32)
    image = tf.image.resize(image, size=(INPUT_IMG_SIZE, INPUT_IMG_SIZE), antialias=True)
    image = tf.divide(image, 255.0)
    return {"label": sample["label"], "image": image}
