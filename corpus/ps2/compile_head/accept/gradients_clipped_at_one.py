def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, clipnorm=1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
