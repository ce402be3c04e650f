def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    """Hands all options over as a dictionary."""
    options = {"initial_epoch": initial_epoch, "epochs": epochs, "verbose": 2}
    return model.fit(train_gen, validation_data=val_gen, **options)
