# expect: 0.83333333
# says: weights of the backbone changed in a training step, expected none
def compile_head(model):
    model.layers[0].trainable = True
    model.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
