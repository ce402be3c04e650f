# says: raised ValueError
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_split=0.2, verbose=0)
