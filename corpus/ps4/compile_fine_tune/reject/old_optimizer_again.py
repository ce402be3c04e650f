# says: still compiled as it was for the head
def compile_fine_tune(model):
    model.compile(optimizer=model.optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
