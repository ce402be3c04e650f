# expect: 0.375
# says: to 0.00
def preprocess_image(sample):
    image = tf.image.convert_image_dtype(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
