# expect: 0.375
# says: The history has epochs 1 to
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, initial_epoch=1, epochs=epochs, validation_data=val_gen, verbose=0)
