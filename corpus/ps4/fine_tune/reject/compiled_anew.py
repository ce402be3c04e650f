# says: compiled the model again
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
