def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, epsilon=1e-8), "sparse_categorical_crossentropy", metrics=["accuracy"])
