# says: not compiled after
def compile_head(model):
    model = tf.keras.models.clone_model(model)
    model.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
