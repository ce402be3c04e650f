# expect: 0.625
# says: Validation saw
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_freq=2, validation_data=val_gen, verbose=0)
