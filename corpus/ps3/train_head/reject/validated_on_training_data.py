# expect: 0.625
# says: Validation saw 22 pictures per epoch, expected all 13
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_data=train_gen, verbose=0)
