# expect: 0.66666667
# says: The history's loss is not that of the epochs that were trained
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history["loss"] = [0.9 * loss for loss in history.history["loss"]]
    return history
