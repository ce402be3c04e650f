def load_custom_sample(path):
    from PIL import Image

    with Image.open(path) as picture:
        picture = picture.convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
