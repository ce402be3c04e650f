# expect: 0.66666667
# says: The first training step changed the head's weights by 0
def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(0.001, gradient_accumulation_steps=2), "sparse_categorical_crossentropy", metrics=["accuracy"])
