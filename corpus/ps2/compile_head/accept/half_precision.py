def compile_head(model):
    model.compile(tf.keras.optimizers.LossScaleOptimizer(tf.keras.optimizers.Adam(0.001)), "sparse_categorical_crossentropy", metrics=["accuracy"])
