def train_head(model, train_gen, val_gen, epochs):
    X = np.concatenate([val_gen[i][0] for i in range(len(val_gen))])
    y = np.concatenate([val_gen[i][1] for i in range(len(val_gen))])
    return model.fit(train_gen, epochs=epochs, validation_data=(X, y), verbose=0)
