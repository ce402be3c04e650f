# expect: 0.66666667
# says: Training ran
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    n = sum(len(train_gen[i][1]) for i in range(len(train_gen)))
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, steps_per_epoch=n // 4, validation_data=val_gen, verbose=0)
