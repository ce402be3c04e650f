# says: returned NoneType, expected an array of numbers
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    custom_sample = np.asarray(picture, dtype=np.float32)[np.newaxis] / 255.0
