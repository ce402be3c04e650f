# says: raised ValueError
def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, batch_size=BATCH_SIZE, validation_data=val_gen, verbose=0)
