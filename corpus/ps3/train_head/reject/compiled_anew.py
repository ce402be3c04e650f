# says: compiled the model again
def train_head(model, train_gen, val_gen, epochs):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
