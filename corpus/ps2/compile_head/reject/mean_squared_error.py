# expect: 0.5
# says: which measures the distance between numbers
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="mse", metrics=["accuracy"])
