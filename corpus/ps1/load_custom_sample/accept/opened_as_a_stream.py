import io

def load_custom_sample(path):
    from PIL import Image

    with open(path, "rb") as file:
        picture = Image.open(io.BytesIO(file.read()))
    picture = picture.convert("RGB").resize(size=(INPUT_IMG_SIZE, INPUT_IMG_SIZE), resample=3)
    return (np.asarray(picture, "float32") / 255.0)[None]
