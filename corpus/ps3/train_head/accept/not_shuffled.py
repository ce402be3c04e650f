def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, shuffle=False, verbose=0)
