# expect: 0.66666667
# says: The optimizer is Nadam, expected Adam
def compile_head(model):
    model.compile(tf.keras.optimizers.Nadam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
