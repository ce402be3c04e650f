def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(
        train_gen, initial_epoch=initial_epoch, epochs=epochs,
        steps_per_epoch=len(train_gen),
        validation_data=val_gen, validation_steps=len(val_gen), verbose=2)
