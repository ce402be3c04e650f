def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, use_ema=True), "sparse_categorical_crossentropy", metrics=["accuracy"])
