# expect: 0.5
# says: The optimizer does not change weights as Adam
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, beta_1=0.95), "sparse_categorical_crossentropy", metrics=["accuracy"])
