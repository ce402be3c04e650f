import keras

def build_classifier(backbone):
    inputs = keras.Input(INPUT_IMG_SHAPE)
    x = keras.layers.Dropout(0.5)(backbone(inputs))
    logits = keras.layers.Dense(3)(x)
    return keras.Model(inputs, keras.ops.softmax(logits, axis=-1))
