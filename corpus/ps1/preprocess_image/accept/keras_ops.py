import keras

def preprocess_image(sample):
    image = keras.ops.cast(sample["image"], "float32") / 255.0
    image = keras.ops.image.resize(image, (INPUT_IMG_SIZE, INPUT_IMG_SIZE))
    return {"image": image, "label": sample["label"]}
