def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, use_ema=True), "sparse_categorical_crossentropy", metrics=["accuracy"])
