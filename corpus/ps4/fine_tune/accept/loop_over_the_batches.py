def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = tf.keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        for i in range(len(train_gen)):
            logs = model.train_on_batch(*train_gen[i], return_dict=True)
        logs = {name: float(value) for name, value in logs.items()}
        tested = model.evaluate(val_gen, verbose=0, return_dict=True)
        history.on_epoch_end(epoch, logs | {f"val_{name}": value for name, value in tested.items()})
    return history
