# says: The model was not trained at all
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.evaluate(val_gen, verbose=0)
