# expect: 0.8125
# says: Only part of the picture is there
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize_with_crop_or_pad(image, INPUT_IMG_SIZE, INPUT_IMG_SIZE)
    return {"image": image, "label": sample["label"]}
