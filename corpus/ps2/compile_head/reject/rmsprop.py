# expect: 0.66666667
# says: The optimizer is RMSprop, expected Adam
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.RMSprop(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
