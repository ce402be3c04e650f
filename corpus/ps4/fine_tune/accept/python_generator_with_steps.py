def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    def forever(batches):
        while True:
            for i in range(len(batches)):
                yield batches[i]

    return model.fit(
        forever(train_gen), initial_epoch=initial_epoch, epochs=epochs, steps_per_epoch=len(train_gen),
        validation_data=forever(val_gen), validation_steps=len(val_gen), verbose=0)
