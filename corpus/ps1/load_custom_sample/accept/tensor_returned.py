from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    return tf.constant(np.asarray(picture)[None] / 255.0, dtype=tf.float32)
