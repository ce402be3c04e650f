# expect: 0.5
# says: The first training step changed the head
class Adam(tf.keras.optimizers.SGD):
    pass

def compile_fine_tune(model):
    model.compile(Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
