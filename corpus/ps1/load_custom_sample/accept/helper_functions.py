from PIL import Image

def as_rgb(path):
    with Image.open(path) as picture:
        return picture.convert("RGB")

def as_batch(picture):
    return np.asarray(picture, np.float32).reshape((-1, *INPUT_IMG_SHAPE))

def load_custom_sample(path):
    picture = as_rgb(path).resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return as_batch(picture) * (1 / 255)
