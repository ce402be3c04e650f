def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, clipnorm=1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
