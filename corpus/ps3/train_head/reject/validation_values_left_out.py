# expect: 0.625
# says: The history has no validation values; it has: loss, accuracy
def train_head(model, train_gen, val_gen, epochs):
    history = model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history = {name: history.history[name] for name in ("loss", "accuracy")}
    return history
