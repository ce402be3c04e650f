# expect: 0.66666667
# says: no step at all
def compile_head(model):
    model.trainable = False
    model.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
