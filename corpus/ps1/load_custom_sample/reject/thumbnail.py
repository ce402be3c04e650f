# expect: 0.16666667
# says: expected [1, 96, 96, 3]
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
