def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
