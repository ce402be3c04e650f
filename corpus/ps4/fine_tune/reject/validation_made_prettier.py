# expect: 0.66666667
# says: The history's val_loss is not that of the given validation data
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history["val_loss"] = list(history.history["loss"])
    history.history["val_accuracy"] = list(history.history["accuracy"])
    return history
