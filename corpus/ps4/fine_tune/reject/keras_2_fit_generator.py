# says: raised AttributeError
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit_generator(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen)
