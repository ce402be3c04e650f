# expect: 0.375
# says: The model was trained for
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs + 1, validation_data=val_gen, verbose=0)
