from PIL import Image

def load_custom_sample(path):
    img = Image.open(path).convert("RGB")
    img = img.resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), resample=Image.Resampling.BICUBIC)
    return np.expand_dims(np.array(img) / 255.0, axis=0)
