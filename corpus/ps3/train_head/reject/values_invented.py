# expect: 0.375
# says: The history's loss is not that of the epochs that were trained
def train_head(model, train_gen, val_gen, epochs):
    history = model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    n = len(history.epoch)
    history.history = {"loss": [0.5] * n, "accuracy": [0.9] * n, "val_loss": [0.6] * n, "val_accuracy": [0.8] * n}
    return history
