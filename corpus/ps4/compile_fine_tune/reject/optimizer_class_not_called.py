# says: raised
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
