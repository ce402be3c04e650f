def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", None, ["accuracy"])
