# expect: 0.5
# says: learning rate is 0.0001, expected 1e-05
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.0001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
