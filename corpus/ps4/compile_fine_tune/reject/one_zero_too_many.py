# expect: 0.5
# says: learning rate is 1e-06, expected 1e-05
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.000001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
