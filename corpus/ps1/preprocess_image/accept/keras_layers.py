resize_and_rescale = tf.keras.Sequential([
    tf.keras.layers.Resizing(INPUT_IMG_SIZE, INPUT_IMG_SIZE),
    tf.keras.layers.Rescaling(1.0 / 255),
])

def preprocess_image(sample):
    image = resize_and_rescale(sample["image"][tf.newaxis])[0]
    return {"image": image, "label": sample["label"]}
