from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.array(picture.convert("RGB"))[np.newaxis].astype("float32") / 255
