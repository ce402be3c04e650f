def train_head(model, train_gen, val_gen, epochs):
    arguments = dict(epochs=epochs, validation_data=val_gen)
    return model.fit(train_gen, **arguments)
