# expect: 0.625
# says: The history has no validation values; it has: accuracy, loss
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, verbose=0)
