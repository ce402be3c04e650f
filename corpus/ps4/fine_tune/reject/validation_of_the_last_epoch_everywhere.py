# expect: 0.66666667
# says: The history's val_loss is not that of the given validation data
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    for name in ("val_loss", "val_accuracy"):
        history.history[name] = [history.history[name][-1]] * len(history.epoch)
    return history
