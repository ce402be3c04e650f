# expect: 0.75
# says: Only part of the picture is there
from PIL import Image, ImageOps

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB")
    picture = ImageOps.fit(picture, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
