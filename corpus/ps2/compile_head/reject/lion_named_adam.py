# expect: 0.66666667
# says: The optimizer does not change weights as Adam
class Adam(tf.keras.optimizers.Lion):
    pass

def compile_head(model):
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
