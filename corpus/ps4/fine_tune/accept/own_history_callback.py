def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = tf.keras.callbacks.History()
    model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, callbacks=[history], verbose=0)
    return history
