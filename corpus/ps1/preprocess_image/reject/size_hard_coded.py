# expect: 0.375
# says: shape [224, 224, 3], expected [96, 96, 3]
def preprocess_image(sample):
    image = tf.cast(sample["image"], tf.float32) / 255.0
    image = tf.image.resize(image, (224, 224))
    return {"image": image, "label": sample["label"]}
