def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(x=train_gen, validation_data=val_gen, initial_epoch=initial_epoch, epochs=epochs, validation_freq=1)
