# expect: 0.33333333
# says: The history has epochs 1 to 1 (1 epochs), expected
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=N_EPOCHS_HEAD, epochs=N_EPOCHS_HEAD + N_EPOCHS_FINE, validation_data=val_gen, verbose=0)
