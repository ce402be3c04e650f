from PIL import Image

def load_custom_sample(path):
    # PIL resizes with bicubic interpolation unless told otherwise
    picture = Image.open(path).convert("RGB").resize(INPUT_IMG_SHAPE[:2])
    return np.array([np.asarray(picture) / 255], dtype="float32")
