# expect: 0.83333333
# says: The loss of a batch is
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="sparse_categorical_crossentropy", metrics=["accuracy"], loss_weights=0.5)
