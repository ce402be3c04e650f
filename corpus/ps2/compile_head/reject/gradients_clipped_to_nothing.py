# expect: 0.66666667
# says: The first training step changed the head's weights by
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001, clipvalue=1e-9), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
