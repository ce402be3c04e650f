# says: The model was not trained at all
def train_head(model, train_gen, val_gen, epochs):
    return model.evaluate(val_gen, verbose=0)
