# expect: 0.5
# says: The first training step changed the head's weights by
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001, clipvalue=1e-9), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
