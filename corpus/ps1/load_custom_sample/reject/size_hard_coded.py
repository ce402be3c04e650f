# expect: 0.16666667
# says: shape [1, 224, 224, 3], expected [1, 96, 96, 3]
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((224, 224), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
