def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, loss_scale_factor=1024.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
