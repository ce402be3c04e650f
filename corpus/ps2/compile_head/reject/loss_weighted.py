# expect: 0.66666667
# says: The loss of a batch is
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"], loss_weights=0.5)
