# expect: 0.5
# says: learning rate is 0.001, expected 1e-05
def compile_fine_tune(model):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
