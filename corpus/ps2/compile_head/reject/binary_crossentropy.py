# expect: 0.5
# says: The loss could not be computed
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="binary_crossentropy", metrics=["accuracy"])
