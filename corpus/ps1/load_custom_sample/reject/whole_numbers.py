# expect: 0.33333333
# says: expected floats from 0 to 1
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.array(picture)[np.newaxis] // 255
