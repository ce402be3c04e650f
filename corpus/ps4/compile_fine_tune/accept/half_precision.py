def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.LossScaleOptimizer(tf.keras.optimizers.Adam(0.00001)), "sparse_categorical_crossentropy", metrics=["accuracy"])
