# expect: 0.5
# says: The optimizer is SGD, expected Adam
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.SGD(0.00001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
