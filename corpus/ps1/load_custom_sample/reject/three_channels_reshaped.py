# expect: 0.83333333
# says: picture of kind 'transparent' gives ValueError
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32).reshape(1, *INPUT_IMG_SHAPE) / 255.0
