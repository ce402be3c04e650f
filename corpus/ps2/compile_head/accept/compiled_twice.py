def compile_head(model):
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
