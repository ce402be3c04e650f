def fine_tune(model, train_gen, val_gen, initial_epoch, epochs) -> tf.keras.callbacks.History:
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen)
