# expect: 0.16666667
# says: shape [96, 96, 3], expected [1, 96, 96, 3]
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32) / 255.0
