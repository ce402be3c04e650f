def train_head(model, train_gen, val_gen, epochs):
    whole = tf.keras.callbacks.History()
    whole.epoch = []
    for epoch in range(epochs):
        part = model.fit(train_gen, initial_epoch=epoch, epochs=epoch + 1, validation_data=val_gen, verbose=0)
        whole.epoch += part.epoch
        for name, values in part.history.items():
            whole.history.setdefault(name, []).extend(values)
    return whole
