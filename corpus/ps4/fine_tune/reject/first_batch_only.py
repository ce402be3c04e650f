# expect: 0.66666667
# says: Training ran
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    X, y = train_gen[0]
    return model.fit(X, y, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
