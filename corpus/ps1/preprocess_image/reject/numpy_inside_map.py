# expect: 0.625
# says: Inside `ds.map` the function raised
def preprocess_image(sample):
    image = sample["image"].numpy().astype("float32") / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
