def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy", None, ["accuracy"])
