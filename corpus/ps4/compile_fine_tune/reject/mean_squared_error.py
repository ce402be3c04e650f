# expect: 0.66666667
# says: which measures the distance between numbers
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="mse", metrics=["accuracy"])
