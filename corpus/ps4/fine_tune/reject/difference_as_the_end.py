# says: The model was not trained at all
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=1, validation_data=val_gen, verbose=0)
