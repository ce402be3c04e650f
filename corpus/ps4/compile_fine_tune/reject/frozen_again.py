# says: The unfrozen layers do not train
def compile_fine_tune(model):
    model.layers[0].trainable = False
    model.compile(tf.keras.optimizers.Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
