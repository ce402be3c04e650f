# expect: 0.75
# says: it was padded
from PIL import Image, ImageOps

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB")
    picture = ImageOps.pad(picture, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
