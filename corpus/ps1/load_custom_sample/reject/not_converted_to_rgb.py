# expect: 0.83333333
# says: picture of kind 'transparent' gives shape [1, 96, 96, 4]
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
