def train_head(model, train_gen, val_gen, epochs):
    """Counts the steps by hand, but rounds up so that no batch is lost."""
    return model.fit(
        x=train_gen,
        steps_per_epoch=len(train_gen),
        validation_data=val_gen,
        validation_steps=len(val_gen),
        epochs=epochs,
        verbose=2,
    )
