from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path)
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    picture = picture.resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    pixels = np.array(picture, dtype=np.float64)
    pixels /= 255.0
    return pixels[np.newaxis, :, :, :]
