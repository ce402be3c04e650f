# expect: 0.66666667
# says: learning rate is 1e-05, expected 0.001
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
