# expect: 0.33333333
# says: Training ran
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(val_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=train_gen, verbose=0)
