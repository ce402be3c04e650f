def train_head(model, train_gen, val_gen, epochs):
    return model.fit(train_gen, epochs=epochs, validation_data=val_gen, class_weight={0: 1.0, 1: 1.0, 2: 1.0}, verbose=0)
