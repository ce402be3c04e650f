# expect: 0.66666667
# says: The history has no validation values; it has: loss, accuracy
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history = {name: history.history[name] for name in ("loss", "accuracy")}
    return history
