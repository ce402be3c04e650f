# expect: 0.625
# says: not those that plain training on these batches gives
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, class_weight={0: 3.0, 1: 1.0, 2: 1.0}, validation_data=val_gen, verbose=0)
