# expect: 0.5
# says: learning rate is
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.PiecewiseConstantDecay([2000], [0.00001, 0.00001 / 2])), "sparse_categorical_crossentropy", metrics=["accuracy"])
