def train_head(model, train_gen, val_gen, epochs):
    return model.fit(
        train_gen, epochs=epochs,
        steps_per_epoch=len(train_gen),
        validation_data=val_gen, validation_steps=len(val_gen), verbose=2)
