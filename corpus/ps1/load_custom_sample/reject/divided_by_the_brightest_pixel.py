# expect: 0.5
# says: brightness or contrast has changed
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    pixels = np.asarray(picture, dtype=np.float32)[np.newaxis]
    return pixels / pixels.max()
