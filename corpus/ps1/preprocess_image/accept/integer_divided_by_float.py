def preprocess_image(sample):
    img, lab = sample["image"], sample["label"]
    img = tf.image.resize(img / 255, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    img = tf.cast(img, tf.float32)
    return {"image": img, "label": lab}
