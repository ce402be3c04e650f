def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
    history.history = {name: [round(float(value), 4) for value in values] for name, values in history.history.items()}
    return history
