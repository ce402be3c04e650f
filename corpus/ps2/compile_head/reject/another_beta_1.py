# expect: 0.66666667
# says: The optimizer does not change weights as Adam
def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, beta_1=0.95), "sparse_categorical_crossentropy", metrics=["accuracy"])
