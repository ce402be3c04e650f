def train_head(model, train_gen, val_gen, epochs) -> tf.keras.callbacks.History:
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen)
