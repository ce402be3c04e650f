# expect: 0.5
# says: rows and columns are swapped
from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return np.asarray(picture, dtype=np.float32).T.swapaxes(0, 2)[np.newaxis].transpose(0, 2, 1, 3) / 255.0
