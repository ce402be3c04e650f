# expect: 0.5
# says: The picture has become gray
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("L").convert("RGB")
    picture = picture.resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
