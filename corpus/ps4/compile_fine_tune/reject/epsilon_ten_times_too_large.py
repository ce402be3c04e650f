# expect: 0.5
# says: The optimizer does not change weights as Adam
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, epsilon=1e-6), "sparse_categorical_crossentropy", metrics=["accuracy"])
