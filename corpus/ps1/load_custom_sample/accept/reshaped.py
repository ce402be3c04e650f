import PIL.Image

def load_custom_sample(path):
    picture = PIL.Image.open(path).convert("RGB")
    picture = picture.resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), PIL.Image.BICUBIC)
    array = np.array(picture).astype(np.float32) / 255
    return array.reshape(1, INPUT_IMG_SIZE, INPUT_IMG_SIZE, 3)
