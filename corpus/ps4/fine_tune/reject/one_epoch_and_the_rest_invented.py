# says: Training ran 6 steps
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = model.fit(train_gen, validation_data=val_gen, verbose=0)
    history.epoch = list(range(initial_epoch, epochs))
    for name, (value,) in history.history.items():
        history.history[name] = [value * (1 + n) for n in range(len(history.epoch))]
    return history
