def train_head(model, train_gen, val_gen, epochs):
    return model.fit(x=train_gen, validation_data=val_gen, epochs=epochs, validation_freq=1)
