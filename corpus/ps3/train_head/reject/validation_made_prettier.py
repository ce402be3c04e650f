# expect: 0.625
# says: The history's val_loss is not that of the given validation data
def train_head(model, train_gen, val_gen, epochs):
    history = model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history["val_loss"] = list(history.history["loss"])
    history.history["val_accuracy"] = list(history.history["accuracy"])
    return history
