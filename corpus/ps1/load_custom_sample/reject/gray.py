# expect: 0.16666667
# says: shape [1, 96, 96], expected [1, 96, 96, 3]
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("L").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
