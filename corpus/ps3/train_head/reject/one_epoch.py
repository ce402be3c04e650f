# expect: 0.375
# says: The history has epochs 0 to 0 (1 epochs), expected
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, validation_data=val_gen, verbose=0)
