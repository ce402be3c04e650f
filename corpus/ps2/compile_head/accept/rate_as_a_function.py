def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(lambda: 0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
