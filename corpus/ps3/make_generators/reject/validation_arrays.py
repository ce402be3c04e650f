# expect: 0.8
# says: The validation generator does not yield batches
def make_generators(X_train, y_train, X_test, y_test):
    recipe = augmentation.Augmentation(rotation_range=8, width_shift_range=0.08, height_shift_range=0.08, shear_range=0.3, zoom_range=0.08, fill_mode="nearest")
    train_gen = augmentation.batches(X_train, y_train, augmentation=recipe)
    return train_gen, (X_test, y_test)
