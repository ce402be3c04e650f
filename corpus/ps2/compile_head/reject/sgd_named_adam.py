# expect: 0.66666667
# says: The first training step changed the head
class Adam(tf.keras.optimizers.SGD):
    pass

def compile_head(model):
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
