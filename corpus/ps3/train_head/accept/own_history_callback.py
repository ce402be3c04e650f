def train_head(model, train_gen, val_gen, epochs):
    history = tf.keras.callbacks.History()
    model.fit(train_gen, epochs=epochs, validation_data=val_gen, callbacks=[history], verbose=0)
    return history
