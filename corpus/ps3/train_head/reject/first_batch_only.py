# expect: 0.625
# says: Training ran
def train_head(model, train_gen, val_gen, epochs):
    X, y = train_gen[0]
    return model.fit(X, y, epochs=epochs, validation_data=val_gen, verbose=0)
