# expect: 0.83333333
# says: weights of the backbone move in a training step, expected
def compile_fine_tune(model):
    for layer in model.layers[0].layers:
        layer.trainable = True
    model.compile(tf.keras.optimizers.Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
