# expect: 0.5
# says: not those of the resized picture
from PIL import Image

def load_custom_sample(path):
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255.0
    return np.resize(pixels, (1, *INPUT_IMG_SHAPE))
