# expect: 0.625
# says: The model was trained for
def train_head(model, train_gen, val_gen, epochs):
    model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
