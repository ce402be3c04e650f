# expect: 0.66666667
# says: The history has epochs 0 to
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, epochs=epochs - initial_epoch, validation_data=val_gen, verbose=0)
