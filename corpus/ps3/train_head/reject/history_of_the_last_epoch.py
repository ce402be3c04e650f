# expect: 0.75
# says: The history has epochs 0 to 0 (1 epochs), expected
def train_head(model, train_gen, val_gen, epochs):
    for epoch in range(epochs):
        history = model.fit(train_gen, epochs=1, validation_data=val_gen, verbose=0)
    return history
