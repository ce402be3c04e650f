# says: still compiled as it was for the head
def compile_fine_tune(model):
    model = tf.keras.models.clone_model(model)
    model.compile(tf.keras.optimizers.Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
