# says: raised ValueError
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_split=0.2, verbose=0)
