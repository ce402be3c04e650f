from pathlib import Path
from PIL import Image

def load_custom_sample(path):
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(path)
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE,) * 2, Image.BICUBIC)
    return np.divide(np.asarray(picture)[np.newaxis], 255, dtype=np.float32)
