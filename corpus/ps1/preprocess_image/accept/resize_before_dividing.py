def preprocess_image(sample):
    image = tf.image.resize(sample["image"], [INPUT_IMG_SIZE, INPUT_IMG_SIZE])
    return {"image": image / 255, "label": sample["label"]}
