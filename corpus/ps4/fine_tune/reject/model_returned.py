# expect: 0.66666667
# says: expected the History that training returns
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    return model
