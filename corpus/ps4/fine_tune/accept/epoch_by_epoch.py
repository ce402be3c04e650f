def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    whole = tf.keras.callbacks.History()
    whole.epoch = []
    for epoch in range(initial_epoch, epochs):
        part = model.fit(train_gen, initial_epoch=epoch, epochs=epoch + 1, validation_data=val_gen, verbose=0)
        whole.epoch += part.epoch
        for name, values in part.history.items():
            whole.history.setdefault(name, []).extend(values)
    return whole
