# expect: 0.5
# says: not those of the resized picture
from PIL import Image

def load_custom_sample(path):
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255.0
    pixels = tf.image.resize(pixels, (INPUT_IMG_SIZE, INPUT_IMG_SIZE), method="bicubic")
    return np.clip(pixels.numpy()[np.newaxis], 0, 1)
