# expect: 0.75
# says: expected the History that training returns
def train_head(model, train_gen, val_gen, epochs):
    model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    return model
