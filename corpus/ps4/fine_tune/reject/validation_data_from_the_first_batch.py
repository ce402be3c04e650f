# expect: 0.66666667
# says: Validation saw 4 pictures per epoch, expected all 13
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen[0], verbose=0)
