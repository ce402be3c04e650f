# expect: 0.5
# says: The optimizer does not change weights as Adam
class Adam(tf.keras.optimizers.Lion):
    pass

def compile_fine_tune(model):
    model.compile(Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
