# says: raised ValueError
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, batch_size=BATCH_SIZE, validation_data=val_gen, verbose=0)
