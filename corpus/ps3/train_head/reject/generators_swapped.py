# expect: 0.25
# says: Training ran
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(val_gen, epochs=epochs, validation_data=train_gen, verbose=0)
