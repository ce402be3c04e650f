# expect: 0.625
# says: Training ran
def train_head(model, train_gen, val_gen, epochs):
    n = sum(len(train_gen[i][1]) for i in range(len(train_gen)))
    return model.fit(train_gen, epochs=epochs, steps_per_epoch=n // 4, validation_data=val_gen, verbose=0)
