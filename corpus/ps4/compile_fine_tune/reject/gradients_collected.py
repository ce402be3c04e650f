# expect: 0.5
# says: The first training step changed the head's weights by 0
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(0.00001, gradient_accumulation_steps=2), "sparse_categorical_crossentropy", metrics=["accuracy"])
