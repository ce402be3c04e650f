# expect: 0.5
# says: The picture is mirrored
from PIL import Image, ImageOps

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB")
    picture = ImageOps.mirror(picture.resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC))
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
