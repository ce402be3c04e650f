# expect: 0.66666667
# says: Validation saw
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_freq=2, validation_data=val_gen, verbose=0)
