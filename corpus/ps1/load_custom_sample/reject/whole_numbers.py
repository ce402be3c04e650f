# expect: 0.33333333
# says: of the pixels are 0
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.array(picture)[np.newaxis] // 255
