# expect: 0.75
# says: resized with bilinear interpolation, expected bicubic
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BILINEAR)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
