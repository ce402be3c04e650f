# says: raised TypeError
def compile_head(model):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], learning_rate=0.001)
