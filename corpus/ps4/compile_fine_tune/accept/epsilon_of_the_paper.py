def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, epsilon=1e-8), "sparse_categorical_crossentropy", metrics=["accuracy"])
