# expect: 0.66666667
# says: Validation saw
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, verbose=0)
    model.evaluate(val_gen, verbose=0)
    return history
