# says: raised NameError
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_generator, epochs=epochs, validation_data=val_generator)
