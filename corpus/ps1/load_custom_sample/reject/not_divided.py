# expect: 0.33333333
# says: The pixels range from 0 to 25
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis]
