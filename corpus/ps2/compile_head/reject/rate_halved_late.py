# expect: 0.66666667
# says: learning rate is
def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.PiecewiseConstantDecay([2000], [0.001, 0.001 / 2])), "sparse_categorical_crossentropy", metrics=["accuracy"])
