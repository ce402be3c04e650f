# expect: 0.66666667
# says: The first training step changed the head's weights by
def compile_head(model):
    model.trainable = False
    model.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
