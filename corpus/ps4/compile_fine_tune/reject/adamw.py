# expect: 0.5
# says: The optimizer is AdamW, expected Adam
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.AdamW(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
