# expect: 0.5
# says: for answers that are yes or no
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="binary_crossentropy", metrics=["accuracy"])
