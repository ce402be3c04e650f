def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(learning_rate=0.00001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False), "sparse_categorical_crossentropy", metrics=["accuracy"])
