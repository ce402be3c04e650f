# expect: 0.625
# says: The history's val_loss is not that of the given validation data
def train_head(model, train_gen, val_gen, epochs):
    history = model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    for name in ("val_loss", "val_accuracy"):
        history.history[name] = [history.history[name][-1]] * len(history.epoch)
    return history
