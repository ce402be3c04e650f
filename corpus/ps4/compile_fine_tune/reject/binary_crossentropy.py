# expect: 0.66666667
# says: for answers that are yes or no
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="binary_crossentropy", metrics=["accuracy"])
