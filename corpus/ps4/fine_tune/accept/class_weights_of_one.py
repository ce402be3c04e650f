def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    return model.fit(train_gen, initial_epoch=initial_epoch, epochs=epochs, validation_data=val_gen, class_weight={0: 1.0, 1: 1.0, 2: 1.0}, verbose=0)
