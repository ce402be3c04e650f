# expect: 0.66666667
# says: not those that plain training on these batches gives
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, class_weight={0: 3.0, 1: 1.0, 2: 1.0}, validation_data=val_gen, verbose=0)
