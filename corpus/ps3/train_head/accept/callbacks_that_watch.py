def train_head(model, train_gen, val_gen, epochs):
    stop = tf.keras.callbacks.EarlyStopping(patience=1000)
    seen = []
    note = tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, callbacks=[stop, note], verbose=0)
