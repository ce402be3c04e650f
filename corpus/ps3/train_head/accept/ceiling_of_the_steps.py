import math

def train_head(model, train_gen, val_gen, epochs):
    n = sum(len(y) for _, y in (train_gen[i] for i in range(len(train_gen))))
    steps = math.ceil(n / len(train_gen[0][1]))
    return model.fit(train_gen, epochs=epochs, steps_per_epoch=steps, validation_data=val_gen, verbose=0)
