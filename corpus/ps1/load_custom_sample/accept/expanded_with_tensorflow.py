from PIL import Image

def load_custom_sample(path):
    picture = Image.open(path).convert("RGB").resize((INPUT_IMG_SIZE, INPUT_IMG_SIZE), Image.BICUBIC)
    tensor = tf.cast(np.asarray(picture), tf.float32) / 255.0
    return tf.expand_dims(tensor, 0).numpy()
