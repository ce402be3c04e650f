def train_head(model, train_gen, val_gen, epochs):
    result = model.fit(train_gen, epochs=epochs, validation_data=val_gen, verbose=0)
    predictions = model.predict(val_gen, verbose=0)
    print(predictions.shape)
    return result
