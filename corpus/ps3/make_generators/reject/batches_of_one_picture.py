# expect: 0.95
# says: batches have up to 1 pictures
def make_generators(X_train, y_train, X_test, y_test):
    recipe = augmentation.Augmentation(rotation_range=8, width_shift_range=0.08, height_shift_range=0.08, shear_range=0.3, zoom_range=0.08, fill_mode="nearest")
    return augmentation.batches(X_train, y_train, 1, recipe), augmentation.batches(X_test, y_test, 1)
