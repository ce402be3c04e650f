# says: returned Image, expected an array of numbers
from PIL import Image

def load_custom_sample(path):
    return Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
