def compile_fine_tune(model):
    rate = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1000], [0.00001, 0.00001])
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
