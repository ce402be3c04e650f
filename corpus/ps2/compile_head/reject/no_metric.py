# expect: 0.83333333
# says: The accuracy is not reported; metrics found: none
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy")
