# expect: 0.66666667
# says: The history's loss is not that of the epochs that were trained
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = tf.keras.callbacks.History()
    history.epoch = list(range(initial_epoch, epochs))
    history.history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in history.epoch:
        for i in range(len(train_gen)):
            model.reset_metrics()
            loss, accuracy = model.train_on_batch(*train_gen[i])
        val_loss, val_accuracy = model.evaluate(val_gen, verbose=0)
        for name, value in zip(history.history, (loss, accuracy, val_loss, val_accuracy)):
            history.history[name].append(float(value))
    return history
