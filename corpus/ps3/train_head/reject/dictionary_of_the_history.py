# expect: 0.75
# says: returned dict, expected the History that training returns
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0).history
