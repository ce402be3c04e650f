# expect: 0.33333333
# says: The history has epochs
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch + 1, epochs=epochs, validation_data=val_gen, verbose=0)
