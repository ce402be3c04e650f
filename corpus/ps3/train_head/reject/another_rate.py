# expect: 0.625
# says: not those that plain training on these batches gives
def train_head(model, train_gen, val_gen, epochs):
    model.optimizer.learning_rate = 0.01
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
