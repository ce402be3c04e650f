# expect: 0.625
# says: Validation saw
def train_head(model, train_gen, val_gen, epochs):
    history = model.fit(train_gen, epochs=epochs, verbose=0)
    model.evaluate(val_gen, verbose=0)
    return history
