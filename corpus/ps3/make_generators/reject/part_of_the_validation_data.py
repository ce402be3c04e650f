# expect: 0.8
# says: Validation shows 8 different pictures in an epoch, expected all 14
def make_generators(X_train, y_train, X_test, y_test):
    recipe = augmentation.Augmentation(rotation_range=8, width_shift_range=0.08, height_shift_range=0.08, shear_range=0.3, zoom_range=0.08, fill_mode="nearest")
    n = len(X_test) // 8 * 8
    train_gen = augmentation.batches(X_train, y_train, BATCH_SIZE, recipe)
    return train_gen, augmentation.batches(X_test[:n], y_test[:n], BATCH_SIZE)
