def make_generators(X_train, y_train, X_test, y_test):
    recipe = augmentation.Augmentation(rotation_range=8, width_shift_range=0.08, height_shift_range=0.08, shear_range=0.3, zoom_range=0.08, fill_mode="nearest")
    train_gen = augmentation.batches(X_train, y_train, augmentation=recipe)
    val_gen = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(1)
    return train_gen, val_gen
