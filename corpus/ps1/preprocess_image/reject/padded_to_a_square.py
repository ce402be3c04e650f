# expect: 0.8125
# says: it was padded
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize_with_pad(image, INPUT_IMG_SIZE, INPUT_IMG_SIZE)
    return {"image": image, "label": sample["label"]}
