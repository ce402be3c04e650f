# expect: 0.375
# says: The model was trained for 20 epochs, expected
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=20, validation_data=val_gen, verbose=0)
