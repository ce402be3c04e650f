def train_head(model, train_gen, val_gen, epochs):
    history = tf.keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in range(epochs):
        n, total = 0, {"loss": 0.0, "accuracy": 0.0}
        for i in range(len(train_gen)):
            X, y = train_gen[i]
            logs = model.train_on_batch(X, y, return_dict=True)
            n += len(y)
            total = {name: total[name] + len(y) * float(logs[name]) for name in total}
        logs = {name: value / n for name, value in total.items()}
        tested = model.evaluate(val_gen, verbose=0, return_dict=True)
        history.on_epoch_end(epoch, logs | {f"val_{name}": value for name, value in tested.items()})
    return history
