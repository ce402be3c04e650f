# expect: 0.625
# says: not those that these batches lead to
def train_head(model, train_gen, val_gen, epochs):
    model.optimizer.learning_rate = 0.01
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
