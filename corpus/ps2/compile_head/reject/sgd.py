# expect: 0.66666667
# says: The optimizer is SGD, expected Adam
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.SGD(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
