def compile_head(model):
    rate = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1000], [0.001, 0.001])
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
