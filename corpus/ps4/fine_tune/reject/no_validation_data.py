# expect: 0.66666667
# says: The history has no validation values; it has: accuracy, loss
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, verbose=0)
