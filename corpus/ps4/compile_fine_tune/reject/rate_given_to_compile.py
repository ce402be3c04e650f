# says: raised TypeError
def compile_fine_tune(model):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], learning_rate=0.00001)
