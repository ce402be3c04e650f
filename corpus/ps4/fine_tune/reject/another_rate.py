# expect: 0.66666667
# says: not those that plain training on these batches gives
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    model.optimizer.learning_rate = 0.01
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, verbose=0)
