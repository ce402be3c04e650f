def preprocess_image(sample):
    image = tf.image.convert_image_dtype(sample["image"], tf.float32)
    image = tf.image.resize(image, INPUT_IMG_SHAPE[:2])
    return dict(image=image, label=sample["label"])
