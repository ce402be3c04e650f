# expect: 0.5
# says: compiled without a loss
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), metrics=["accuracy"])
