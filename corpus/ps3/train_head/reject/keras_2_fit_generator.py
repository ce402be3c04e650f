# says: raised AttributeError
def train_head(model, train_gen, val_gen, epochs):
    return model.fit_generator(train_gen, epochs=epochs, validation_data=val_gen)
