import math

def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    n = sum(len(y) for _, y in (train_gen[i] for i in range(len(train_gen))))
    steps = math.ceil(n / len(train_gen[0][1]))
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, steps_per_epoch=steps, validation_data=val_gen, verbose=0)
