# says: raised NameError
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_generator, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_generator)
