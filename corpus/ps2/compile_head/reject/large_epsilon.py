# expect: 0.66666667
# says: The first training step changed the head's weights by
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001, epsilon=1.0), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
